"""Tables for people: Rich on a terminal, aligned plain columns elsewhere."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows on standard output; numbers to the right, with their thousands
    marked on a terminal and bare elsewhere, where a program may read them."""
    console = Console()
    rows = list(rows)
    if not rows:
        return
    numeric = [
        all(value is None or isinstance(value, int | float) for value in column)
        for column in zip(*rows, strict=True)
    ]
    decimals = [_decimals(column) for column in zip(*rows, strict=True)]
    texts = [
        [
            _text(value, places, console.is_terminal)
            for value, places in zip(row, decimals, strict=True)
        ]
        for row in rows
    ]
    if console.is_terminal:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column, is_numeric in zip(columns, numeric, strict=True):
            table.add_column(column, justify="right" if is_numeric else "left")
        for row in texts:
            table.add_row(*map(escape, row))
        console.print(table)
        return
    widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
    for row in (list(columns), *texts):
        cells = (
            text.rjust(width) if is_numeric else text.ljust(width)
            for text, width, is_numeric in zip(row, widths, numeric, strict=True)
        )
        print("  ".join(cells).rstrip())


def _decimals(column: Iterable[Any]) -> int:
    """How many decimals a column needs for three digits of its largest number; one at
    least."""
    largest = max(map(abs, filter(_is_finite, column)), default=0.0)
    return max(1, 2 - math.floor(math.log10(largest))) if largest else 1


def _is_finite(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _text(value: Any, decimals: int, for_terminal: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}" if for_terminal else str(value)
    if isinstance(value, float):
        return f"{value:,.{decimals}f}" if for_terminal else f"{value:.{decimals}f}"
    return str(value)
