"""Rules on window functions (page c_Window_functions)."""

from collections.abc import Iterator

from sqlglot import exp

from .finding import Offence, offence

# These take no frame: they depend on the order alone.
FRAMELESS = (
    exp.CumeDist,
    exp.DenseRank,
    exp.Lag,
    exp.Lead,
    exp.Ntile,
    exp.PercentRank,
    exp.Rank,
    exp.RowNumber,
    exp.WithinGroup,
)


def check(tree: exp.Expression) -> Iterator[Offence]:
    """Offences of the window functions of one statement."""
    for window in tree.find_all(exp.Window):
        yield from _frame(window)
        if any(isinstance(each, exp.Window) for each in window.this.walk()):
            yield offence(
                window, "nested-window", "Compute the inner window in a CTE before."
            )
        order = window.args.get("order")
        for term in order.expressions if order is not None else ():
            if isinstance(term.this, exp.Literal):
                yield offence(
                    window,
                    "window-order",
                    "Order a window by columns, not by literals.",
                )


def _frame(window: exp.Window) -> Iterator[Offence]:
    function = window.this
    while isinstance(function, (exp.IgnoreNulls, exp.RespectNulls)):
        function = function.this
    if isinstance(function, FRAMELESS) or function.name.lower() == "ratio_to_report":
        return
    spec = window.args.get("spec")
    if window.args.get("order") is not None and spec is None:
        yield offence(
            window,
            "window-frame",
            "Name the frame, as `rows between unbounded preceding and current row`.",
        )
    if spec is not None and str(spec.args.get("kind")).upper() != "ROWS":
        yield offence(window, "window-range", "Write the frame in `rows`.")
