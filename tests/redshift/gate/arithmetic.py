"""Rules that need types: what the two engines compute differently."""

from collections.abc import Iterator

from sqlglot import exp

from .finding import Offence, offence
from .inference import type_of

Type = exp.DataType.Type

WHOLE = {Type.SMALLINT, Type.INT, Type.BIGINT}
FLOATING = {Type.DOUBLE, Type.FLOAT}
FRACTIONAL = FLOATING | {Type.DECIMAL}
STRINGS = {Type.VARCHAR, Type.CHAR, Type.TEXT, Type.NVARCHAR, Type.NCHAR}
ROUNDED = (exp.Round, exp.Floor, exp.Ceil, exp.Trunc)


def check(typed: exp.Expression) -> Iterator[Offence]:
    """Offences of one query with types (see `inference`)."""
    for node in typed.walk():
        if isinstance(node, exp.Div):
            yield from _division(node)
        elif isinstance(node, exp.Avg):
            yield from _average(node)
        elif isinstance(node, exp.Cast):
            yield from _cast(node)
        elif isinstance(node, exp.Ln):
            yield from _logarithm(node)
        elif isinstance(node, (exp.Sum, exp.Min, exp.Max)):
            yield from _of_booleans(node)


def _division(node: exp.Div) -> Iterator[Offence]:
    types = {type_of(node.left), type_of(node.right)}
    if types & FLOATING:
        return
    if types <= WHOLE:
        yield offence(
            node,
            "integer-division",
            "Write cast(a as double precision) / nullif(b, 0): Redshift divides"
            " integers into integers.",
        )
    else:
        yield offence(
            node,
            "decimal-division",
            "Write cast(a as double precision) / nullif(b, 0): the scale of a decimal"
            " quotient differs by engine.",
        )


def _average(node: exp.Avg) -> Iterator[Offence]:
    if type_of(node.this) not in FLOATING:
        yield offence(
            node,
            "average",
            "Write avg(cast(x as double precision)): Redshift averages integers into"
            " integers and decimals into decimals.",
        )


def _cast(node: exp.Cast) -> Iterator[Offence]:
    given = type_of(node.this)
    if (
        node.to.this in WHOLE
        and given in FRACTIONAL
        and not isinstance(node.this.unnest(), ROUNDED)
    ):
        yield offence(
            node,
            "unrounded-cast",
            "Round before casting to an integer: a half rounds differently by engine.",
        )
    if node.to.this in STRINGS:
        if given == Type.BOOLEAN:
            yield offence(
                node,
                "boolean-text",
                "Write case when flag then 'true' else 'false' end: a boolean is no"
                " text.",
            )
        elif given in FLOATING:
            yield offence(
                node,
                "float-text",
                "Cast to decimal(p, s) first: digits of a float differ by engine.",
            )


def _logarithm(node: exp.Ln) -> Iterator[Offence]:
    if type_of(node.this) == Type.DECIMAL and node.find(exp.Column):
        yield offence(
            node,
            "logarithm",
            "Write ln(cast(x as double precision)): of decimals Redshift takes no"
            " logarithm on a table.",
        )


def _of_booleans(node: exp.Expression) -> Iterator[Offence]:
    if type_of(node.this) == Type.BOOLEAN:
        yield offence(
            node,
            "boolean-aggregate",
            "Write bool_or, bool_and or sum(case when flag then 1 else 0 end).",
        )
