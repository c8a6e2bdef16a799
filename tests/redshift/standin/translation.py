"""A statement for Redshift, as what PostgreSQL is to run."""

import re

import sqlglot
from sqlglot import exp
from sqlglot.dialects.redshift import Redshift

from . import commands, refusals, tables
from .expressions import rewrite
from .lexical import Names, fold_names, without_comments, without_texts
from .outcome import Limitation, Rejected, Statement

CATALOG = re.compile(
    r"\b(pg_catalog|information_schema|pg_(?:class|namespace|proc|user|tables|views"
    r"|depend|group|database|attribute)|svv_\w+|sys_query_detail"
    r"|pg_get_late_binding_view_cols|has_(?:table|schema)_privilege|pg_backend_pid"
    r"|pg_terminate_backend|pg_sleep)\b",
    re.I,
)
# A prepared insert of values: nothing in it but placeholders to translate.
INSERTED_VALUES = re.compile(
    r"insert\s+into\s+[^()]+\([^()]*\)\s*values\s*\([\s$0-9,()]*\)", re.I
)


def translate(sql: str, names: Names) -> Statement:
    """The statement for PostgreSQL.

    Raises Rejected for what Redshift refuses, Limitation for what cannot be emulated.
    """
    folded = fold_names(sql, names)
    bare = without_comments(folded)
    if not bare:
        return Statement(folded)
    if INSERTED_VALUES.fullmatch(bare):
        return Statement(bare)
    command = commands.translate(bare, translate_query=lambda q: translate(q, names))
    if command is not None:
        return command
    if CATALOG.search(without_texts(bare)):
        return _catalog_query(bare)
    return _parsed(bare)


def _catalog_query(sql: str) -> Statement:
    """A query that Redshift's leader node answers, in the words of PostgreSQL 8.

    Late-binding views have no columns in the catalogs there.
    """
    changed = re.sub(
        r"\binformation_schema\.\"?columns\"?", "redshift.columns", sql, flags=re.I
    )
    changed = re.sub(
        r"\bpg_catalog\.pg_attribute\b", "redshift.pg_attribute", changed, flags=re.I
    )
    if changed == sql:
        return Statement(sql, help=["a catalog that `set_up` adds, or PostgreSQL's"])
    return Statement(changed, help=["a catalog without late-binding views"])


def _parsed(sql: str) -> Statement:
    # sqlglot takes the default of a table, `diststyle auto`, for no property at all.
    written = re.sub(r"\bdiststyle\s+auto\b", "", sql, flags=re.I)
    # What Redshift asks of a session is a setting of ours here.
    written = re.sub(
        r"\bcurrent_setting\s*\(\s*'query_group'\s*\)",
        "current_setting('redshift.query_group')",
        written,
        flags=re.I,
    )
    try:
        tokens = Redshift().tokenize(written)
        trees = [tree for tree in sqlglot.parse(written, read="redshift") if tree]
    except sqlglot.errors.SqlglotError as error:
        raise Limitation(
            f"sqlglot cannot parse this: {str(error).splitlines()[0]}"
        ) from error
    if len(trees) != 1:
        raise Rejected("several commands in one prepared statement")
    tree = trees[0]
    if isinstance(tree, exp.Command):
        raise Limitation(f"the command {sql[:60]}")
    refusals.check(tree, tokens, written)
    statement = Statement("")
    if isinstance(tree, exp.Create):
        tables.create(tree, statement)
    elif isinstance(tree, exp.Merge):
        statement.help.append("merge is PostgreSQL's")
    tree = rewrite(tree, statement.help)
    statement.sql = tree.sql("redshift")
    return statement
