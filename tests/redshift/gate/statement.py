"""One statement through every rule."""

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.dialects.redshift import Redshift

from . import arithmetic, data_types, grammar, lexical, windows
from .finding import Finding, Offence, mark_lines
from .inference import Columns, Tables, output_columns
from .sqlfluff_dialect import unparsable


def check_sql(
    sql: str, tables: Tables | None = None, path: str = "<sql>"
) -> list[Finding]:
    """Findings of one statement, or several with `;` between.

    `tables` gives the columns of what is read, and with them the rules on arithmetic
    their types.
    """
    found, _ = judge(sql, tables or Tables(), path)
    return found


def judge(sql: str, tables: Tables, path: str) -> tuple[list[Finding], Columns]:
    """Findings of a statement, and the columns that it gives with their types."""
    try:
        tokens = Redshift().tokenize(sql)
    except sqlglot.TokenError as error:
        unread = [Offence(1, "unparsable", f"Write SQL: {_first_line(error)}")]
        return _findings(unread, path), {}
    try:
        trees = [tree for tree in sqlglot.parse(sql, read="redshift") if tree]
    except sqlglot.ParseError as error:
        offences = [*lexical.check(tokens, sql, set()), *unparsable(sql)]
        line = error.errors[0].get("line") if error.errors else 1
        advice = f"Write what Redshift can parse: {_first_line(error)}"
        return _findings(
            [*offences, Offence(line or 1, "unparsable", advice)], path
        ), {}
    ctes = {cte.alias.lower() for tree in trees for cte in tree.find_all(exp.CTE)}
    offences = [*lexical.check(tokens, sql, ctes), *unparsable(sql)]
    columns: Columns = {}
    for tree in trees:
        mark_lines(tree)
        offences.extend(_untyped(tree))
        typed = tables.typed(tree)
        if typed is not None:
            offences.extend(arithmetic.check(typed))
            columns = output_columns(typed)
    return _findings(offences, path), columns


def _untyped(tree: exp.Expression) -> Iterator[Offence]:
    if isinstance(tree, exp.Command):
        yield Offence(1, "unparsable", f"Write a query: {tree.name.lower()} is opaque.")
    for rules in (grammar, windows, data_types):
        yield from rules.check(tree)


def _findings(offences: list[Offence], path: str) -> list[Finding]:
    """Each once, in the order of the file."""
    return sorted({Finding(path, o.line, o.code, o.advice) for o in offences})


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") + "."
