"""QUALIFY as a query around the one it filters."""

from sqlglot import exp

from .outcome import Limitation

AROUND = "qualified"


def as_subquery(select: exp.Select) -> exp.Select:
    """The same rows and columns, filtered outside: `select * … qualify` must not show
    the window functions that are only filtered by."""
    condition = select.args["qualify"].this.copy()
    select = select.copy()
    select.set("qualify", None)
    around: dict[str, exp.Expression | None] = {}
    for clause in ("order", "limit", "with_"):
        around[clause] = select.args.get(clause)
        select.set(clause, None)
    inner, outer, windows = _columns(select)
    hidden: list[exp.Expression] = []

    def lifted(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Column) and not node.table and node.name in windows:
            return exp.column(node.name, AROUND, quoted=True)
        if isinstance(node, (exp.Window, exp.Column)):
            name = f"hidden_{len(hidden)}"
            hidden.append(exp.alias_(node.copy(), name, quoted=True))
            return exp.column(name, AROUND, quoted=True)
        return node

    condition = condition.transform(lifted)
    select.set("expressions", inner + hidden)
    wrapped = exp.select(*outer).from_(select.subquery(AROUND)).where(condition)
    for clause, node in around.items():
        if node is not None:
            wrapped.set(clause, node)
    return wrapped


def _columns(
    select: exp.Select,
) -> tuple[list[exp.Expression], list[exp.Expression], set[str]]:
    """The select list inside and outside, and the names that are window functions."""
    joins = select.args.get("joins") or []
    sources = [select.args["from_"].this, *(join.this for join in joins)]
    inner: list[exp.Expression] = []
    outer: list[exp.Expression] = []
    windows: set[str] = set()
    for place, column in enumerate(select.expressions):
        if column.is_star:
            if any(join.args.get("using") for join in joins):
                raise Limitation("qualify with * over a join … using")
            tables = (
                [column.table]
                if isinstance(column, exp.Column)
                else [source.alias_or_name for source in sources]
            )
            for table in tables:
                row = f"row_{len(inner)}"
                inner.append(exp.Var(this=f'"{table.lower()}" as "{row}"'))
                outer.append(exp.Var(this=f'("{AROUND}"."{row}").*'))
        else:
            name = column.alias_or_name or f"column_{place}"
            if column.find(exp.Window):
                windows.add(name)
            inner.append(exp.alias_(column.unalias(), name, quoted=True))
            outer.append(exp.column(name, AROUND, quoted=True))
    return inner, outer, windows
