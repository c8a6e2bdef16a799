"""Rules on the grammar: clauses Redshift lacks, names it keeps for itself."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlglot import exp

from .finding import Offence, line_of, offence
from .reference import DATE_PARTS, RESERVED_WORDS, SYSTEM_COLUMNS

Rule = Callable[[Any], Iterator[Offence]]

LONGEST_NAME = 127
JOINS = {"ASOF", "SEMI", "ANTI", "POSITIONAL"}
# They run on compute nodes only (page c_SQL_functions_compute_node_only).
COMPUTE_NODE = (exp.GroupConcat, exp.Median, exp.PercentileCont, exp.PercentileDisc)


def check(tree: exp.Expression) -> Iterator[Offence]:
    """Offences of the grammar of one statement."""
    for node in tree.walk():
        for rule in RULES.get(type(node), ()):
            yield from rule(node)


def _name(node: exp.Identifier) -> Iterator[Offence]:
    yield from name_offences(node.name, node.quoted, line_of(node))


def name_offences(name: str, quoted: bool, line: int) -> Iterator[Offence]:
    """What is wrong with a name as a name on Redshift (page r_names)."""
    if len(name.encode()) > LONGEST_NAME:
        yield Offence(
            line, "long-name", f"Shorten {name[:20]}…: a name has at most 127 bytes."
        )
    if not quoted and name.lower() in RESERVED_WORDS:
        yield Offence(line, "reserved-word", f"Rename {name}: the word is reserved.")
    if name.lower() in SYSTEM_COLUMNS - RESERVED_WORDS:
        yield Offence(
            line, "system-column", f"Rename {name}: it is a column of the system's."
        )
    if quoted and name != name.lower():
        yield Offence(
            line,
            "name-case",
            f'Write {name} in lower case: even "quoted" it is folded.',
        )


def _alias(node: exp.TableAlias) -> Iterator[Offence]:
    if node.name.upper() in JOINS:
        yield _no_such_join(node, node.name)


def _join(node: exp.Join) -> Iterator[Offence]:
    for word in (node.args.get("kind"), node.args.get("method")):
        if str(word).upper() in JOINS:
            yield _no_such_join(node, str(word))
    condition = node.args.get("on")
    if node.side == "FULL" and condition is not None:
        parts = condition.flatten() if isinstance(condition, exp.And) else [condition]
        if not any(isinstance(part.unnest(), exp.EQ) for part in parts):
            yield offence(
                node,
                "full-join",
                "Join by an equality too, or unite a left join with what it leaves:"
                " a full join is only a merge or hash join.",
            )


def _no_such_join(node: exp.Expression, kind: str) -> Offence:
    return offence(
        node,
        "join",
        f"Write exists, or row_number() and a filter, for the {kind.lower()} join.",
    )


def _select(node: exp.Select) -> Iterator[Offence]:
    if node.args.get("windows"):
        yield offence(node, "window-clause", "Write the window out in each `over (…)`.")
    sorted_by = {
        _order(each).sql("redshift")
        for each in node.find_all(exp.WithinGroup, exp.Median)
        if each.parent_select is node
    }
    if len(sorted_by) > 1:
        yield offence(
            node,
            "within-group",
            "Take each order in a CTE of its own: within group, and median, must agree"
            " on one in a select.",
        )
    if not node.find(exp.Table):
        for each in node.find_all(*COMPUTE_NODE):
            yield offence(
                each,
                "compute-node-function",
                "Read a table: the function runs on no literal rows.",
            )
    for column in node.selects:
        for each in column.find_all(exp.Is):
            if isinstance(each.expression, exp.Boolean) and each.parent_select is node:
                yield offence(
                    each,
                    "boolean-is",
                    "Write coalesce(flag, false): `is true` is for conditions only.",
                )


def _order(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Median):
        return exp.Order(expressions=[exp.Ordered(this=node.this, nulls_first=False)])
    return node.expression


def _star(node: exp.Star) -> Iterator[Offence]:
    for word in ("except_", "replace", "rename"):
        if node.args.get(word):
            yield offence(
                node, "star", "List the columns instead of changing what * means."
            )


def _distinct(node: exp.Distinct) -> Iterator[Offence]:
    if node.args.get("on"):
        yield offence(
            node, "distinct-on", "Write row_number() in a CTE and keep its ones."
        )
    if isinstance(node.parent, exp.Count) and len(node.expressions) > 1:
        yield offence(
            node, "count-distinct", "Count the rows of a `select distinct` in a CTE."
        )


def _values(node: exp.Values) -> Iterator[Offence]:
    if not isinstance(node.parent, exp.Insert):
        yield offence(
            node, "values", "Write selects with union all, or a seed, for the values."
        )


def _set_operation(node: exp.SetOperation) -> Iterator[Offence]:
    if node.args.get("by_name"):
        yield offence(node, "by-name", "List the columns of both sides in one order.")
    if not isinstance(node, exp.Union) and node.args.get("distinct") is False:
        yield offence(
            node, "set-operation-all", "Write it without `all`, on numbered rows."
        )


def _cte(node: exp.CTE) -> Iterator[Offence]:
    if node.args.get("materialized") is not None:
        yield offence(node, "materialized-cte", "Leave out `materialized`.")


def _limit(node: exp.Limit) -> Iterator[Offence]:
    options = node.args.get("limit_options")
    if options is not None and options.args.get("percent"):
        yield offence(
            node, "limit", "Limit by a number of rows, or use percent_rank()."
        )


def _concat(node: exp.Concat) -> Iterator[Offence]:
    if len(node.expressions) > 2:
        yield offence(node, "concat", "Write `||`: concat takes two arguments.")


def _date_part(node: exp.Expression) -> Iterator[Offence]:
    part = node.this if isinstance(node, exp.Extract) else node.args.get("unit")
    if part is not None and part.name.lower().rstrip("s") not in DATE_PARTS:
        yield offence(
            node,
            "date-part",
            f"Compute {part.name.lower()} from a documented part, as dow or week.",
        )


def _merge(node: exp.Merge) -> Iterator[Offence]:
    whens = list(node.find_all(exp.When))
    if sorted(bool(when.args.get("matched")) for when in whens) != [False, True] or any(
        when.args.get("condition") or when.args.get("source") for when in whens
    ):
        yield offence(
            node,
            "merge",
            "Write one `when matched` and one `when not matched`, both unconditional.",
        )
    if not isinstance(node.args["using"], exp.Table) or node.args.get("with_"):
        yield offence(node, "merge", "Merge from a table, not from a query.")


def _create(node: exp.Create) -> Iterator[Offence]:
    if node.kind == "INDEX":
        yield offence(node, "ddl", "Choose a sort key instead of an index.")
    elif node.kind == "TABLE":
        if node.args.get("replace"):
            yield offence(node, "ddl", "Drop the table, then create it.")
        if node.args.get("exists") and node.expression is not None:
            yield offence(node, "ddl", "Leave out `if not exists` before `as select`.")


def _never(code: str, advice: str) -> Rule:
    def rule(node: exp.Expression) -> Iterator[Offence]:
        yield offence(node, code, advice)

    return rule


RULES: dict[type[exp.Expression], tuple[Rule, ...]] = {
    exp.CTE: (_cte,),
    exp.Concat: (_concat,),
    exp.Create: (_create,),
    exp.Distinct: (_distinct,),
    exp.Except: (_set_operation,),
    exp.Extract: (_date_part,),
    exp.Fetch: (_never("limit", "Write `limit n`."),),
    exp.Filter: (_never("filter", "Write sum(case when … then … end)."),),
    exp.Identifier: (_name,),
    exp.Intersect: (_set_operation,),
    exp.Join: (_join,),
    exp.Lambda: (_never("lambda", "Give every item a row and aggregate."),),
    exp.Lateral: (_never("lateral", "Compute it in a CTE and join that."),),
    exp.Limit: (_limit,),
    exp.Merge: (_merge,),
    exp.NullSafeEQ: (
        _never("is-distinct-from", "Write (a = b or (a is null and b is null))."),
    ),
    exp.NullSafeNEQ: (
        _never(
            "is-distinct-from",
            "Write (a != b or (a is null) != (b is null)) inside coalesce(…, true).",
        ),
    ),
    exp.OnConflict: (_never("ddl", "Write a merge, or delete and insert."),),
    exp.Returning: (_never("ddl", "Select the rows in a statement of its own."),),
    exp.Select: (_select,),
    exp.Star: (_star,),
    exp.TableAlias: (_alias,),
    exp.TableSample: (
        _never("sample", "Keep rows where mod(key, n) = 0 instead of a sample."),
    ),
    exp.TimestampTrunc: (_date_part,),
    exp.Union: (_set_operation,),
    exp.Values: (_values,),
}
