"""Redshift's expressions in words that PostgreSQL understands.

Only nodes of the syntax tree change, and it is printed as Redshift again: a function
that nobody thought of keeps its name and fails, instead of becoming another.
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from . import qualify
from .outcome import Limitation

Type = exp.DataType.Type
Help = list[str]
Rewrite = Callable[[Any, Help], exp.Expression]

# Lengths in bytes where none is written (page r_Character_types).
UNSIZED = {
    Type.VARCHAR: 256,
    Type.TEXT: 256,
    Type.NVARCHAR: 256,
    Type.CHAR: 1,
    Type.NCHAR: 1,
}
LONGEST_VARCHAR = 65535


def rewrite(tree: exp.Expression, help: Help) -> exp.Expression:
    """The tree with every expression of Redshift's own replaced; says in `help` what
    was replaced."""
    # Children before parents: a replaced node is not looked into again.
    for node in reversed(list(tree.dfs())):
        rule = RULES.get(type(node))
        if rule is None:
            continue
        changed = rule(node, help)
        if changed is node:
            continue
        if node is tree:
            tree = changed
        else:
            node.replace(changed)
    return tree


def note(help: Help, words: str) -> None:
    """Say once what was changed."""
    if words not in help:
        help.append(words)


def printed(node: exp.Expression) -> str:
    """The node as SQL."""
    return node.sql("redshift")


def call(name: str, *arguments: exp.Expression) -> exp.Anonymous:
    """A call of a function of `set_up`, or one sqlglot knows by another name."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def postgresql_type(data_type: exp.DataType, in_ddl: bool) -> int | None:
    """Make the type one of PostgreSQL's; gives the limit in bytes of a text."""
    if data_type.this == Type.SUPER:
        data_type.set("this", Type.JSONB)
    elif data_type.this == Type.VARBINARY:
        data_type.replace(exp.DataType(this=Type.USERDEFINED, kind="bytea"))
    elif data_type.this in UNSIZED:
        return _sized(data_type, in_ddl)
    return None


def _sized(data_type: exp.DataType, in_ddl: bool) -> int | None:
    written = data_type.expressions[0].name.lower() if data_type.expressions else None
    if written is None and not in_ddl and data_type.this not in (Type.CHAR, Type.NCHAR):
        # A cast to varchar without a length keeps the whole text.
        data_type.replace(exp.DataType(this=Type.USERDEFINED, kind="text"))
        return None
    if written is None:
        limit = UNSIZED[data_type.this]
    else:
        limit = LONGEST_VARCHAR if written == "max" else int(written)
    if data_type.this == Type.TEXT:
        data_type.set("this", Type.VARCHAR)
    data_type.set("expressions", [exp.DataTypeParam(this=exp.Literal.number(limit))])
    return limit


def _unit(node: exp.Expression) -> exp.Literal:
    unit = node.args.get("unit")
    return exp.Literal.string((unit.name if unit is not None else "day").lower())


def _date_add(node: exp.DateAdd, help: Help) -> exp.Expression:
    note(help, "dateadd is a function")
    return call("dateadd", _unit(node), node.expression, node.this)


def _date_diff(node: exp.DateDiff, help: Help) -> exp.Expression:
    note(help, "datediff is a function")
    return call("datediff", _unit(node), node.expression, node.this)


def _extract(node: exp.Extract, help: Help) -> exp.Expression:
    note(help, "extract and date_part give Redshift's types")
    part = exp.Literal.string(node.this.name.lower())
    return call("part_of_date", part, node.expression)


def _now(node: exp.CurrentTimestamp, help: Help) -> exp.Expression:
    note(help, "getdate and sysdate are UTC without a zone")
    return call("sysdate_" if node.args.get("sysdate") else "getdate")


def _approximate(node: exp.ApproxDistinct, help: Help) -> exp.Expression:
    raise Limitation("approximate count(distinct …)")


def _nvl2(node: exp.Nvl2, help: Help) -> exp.Expression:
    note(help, "nvl2 is a case")
    is_known = exp.Not(this=exp.Is(this=node.this, expression=exp.Null()))
    return exp.Case(
        ifs=[exp.If(this=is_known, true=node.args["true"])],
        default=node.args.get("false"),
    )


def _decode(node: exp.DecodeCase, help: Help) -> exp.Expression:
    note(help, "decode is a case")
    return exp.Var(this=node.sql("postgres"))


def _within_group(node: exp.WithinGroup, help: Help) -> exp.Expression:
    if isinstance(node.this, exp.GroupConcat):
        return _listagg(node.this, help, node.expression)
    return node


def _unordered_listagg(node: exp.GroupConcat, help: Help) -> exp.Expression:
    if isinstance(node.parent, exp.WithinGroup):
        return node
    return _listagg(node, help, None)


def _listagg(
    node: exp.GroupConcat, help: Help, order: exp.Order | None
) -> exp.Expression:
    if isinstance(node.parent, exp.Window) or isinstance(
        node.parent and node.parent.parent, exp.Window
    ):
        raise Limitation("listagg as a window function")
    note(help, "listagg is string_agg of at most 65535 bytes")
    listed, separator, distinct = node.this, node.args.get("separator"), ""
    if isinstance(listed, exp.Distinct):
        if order is not None:
            raise Limitation("listagg(distinct …) within group (order by …)")
        distinct = "distinct "
        if len(listed.expressions) > 1:
            separator = listed.expressions[1]
        listed = listed.expressions[0]
    between = printed(separator) if separator is not None else "''"
    sorted_by = f" {printed(order).strip()}" if order is not None else ""
    return exp.Var(
        this=f"checked_listagg(string_agg({distinct}cast({printed(listed)} as text),"
        f" {between}{sorted_by}))"
    )


def _median(node: exp.Median, help: Help) -> exp.Expression:
    if isinstance(node.parent, exp.Window):
        raise Limitation("median as a window function")
    note(help, "median is percentile_cont(0.5)")
    return exp.WithinGroup(
        this=exp.PercentileCont(this=exp.Literal.number("0.5")),
        expression=exp.Order(expressions=[exp.Ordered(this=node.this)]),
    )


def _window(node: exp.Window, help: Help) -> exp.Expression:
    function = node.this
    if isinstance(function, (exp.IgnoreNulls, exp.RespectNulls)):
        raise Limitation("ignore nulls and respect nulls")
    if isinstance(function, exp.WithinGroup):
        raise Limitation("an ordered-set aggregate as a window function")
    if isinstance(function, exp.Anonymous):
        raise Limitation(f"{function.name.lower()} as a window function")
    return node


def _cast(node: exp.Cast, help: Help) -> exp.Expression:
    if isinstance(node, exp.TryCast):
        raise Limitation("try_cast")
    limit = postgresql_type(node.to, in_ddl=False)
    if limit is None:
        return node
    note(help, "a cast to varchar(n) cuts at n bytes")
    text = exp.Var(this=f"cast({printed(node.this)} as text)")
    cut = call("cut_to_bytes", text, exp.Literal.number(limit))
    return exp.Cast(this=cut, to=node.to)


def _concat(node: exp.Concat, help: Help) -> exp.Expression:
    note(help, "concat is ||: NULL where one side is")
    left, right = node.expressions
    return exp.Paren(this=exp.DPipe(this=left, expression=right))


def _subquery(node: exp.Subquery, help: Help) -> exp.Expression:
    if isinstance(node.parent, (exp.From, exp.Join)) and not node.alias:
        note(help, "a subquery gets an alias")
        name = exp.to_identifier(f"unnamed_{id(node)}")
        node.set("alias", exp.TableAlias(this=name))
    return node


def _star(node: exp.Star, help: Help) -> exp.Expression:
    if node.args.get("except_"):
        raise Limitation("select * exclude")
    return node


def _select(node: exp.Select, help: Help) -> exp.Expression:
    group = node.args.get("group")
    if group is not None and group.args.get("all"):
        raise Limitation("group by all")
    if node.args.get("qualify"):
        note(help, "qualify is a query around")
        return qualify.as_subquery(node)
    return node


def _unavailable(words: str) -> Rewrite:
    def rule(node: exp.Expression, help: Help) -> exp.Expression:
        raise Limitation(words)

    return rule


RULES: dict[type[exp.Expression], Rewrite] = {
    exp.ApproxDistinct: _approximate,
    exp.Array: _unavailable("array(…)"),
    exp.Cast: _cast,
    exp.Concat: _concat,
    exp.CurrentTimestamp: _now,
    exp.DateAdd: _date_add,
    exp.DateDiff: _date_diff,
    exp.DecodeCase: _decode,
    exp.Extract: _extract,
    exp.GroupConcat: _unordered_listagg,
    exp.Median: _median,
    exp.Nvl2: _nvl2,
    exp.Pivot: _unavailable("pivot and unpivot"),
    exp.Select: _select,
    exp.Star: _star,
    exp.Subquery: _subquery,
    exp.TryCast: _cast,
    exp.TsOrDsAdd: _date_add,
    exp.TsOrDsDiff: _date_diff,
    exp.Window: _window,
    exp.WithinGroup: _within_group,
}
