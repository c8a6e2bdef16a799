"""Tables for people: Rich on a terminal, aligned plain columns elsewhere."""

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
    texts = [[_text(value, console.is_terminal) for value in row] for row in rows]
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


def _text(value: Any, for_terminal: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}" if for_terminal else str(value)
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value)
