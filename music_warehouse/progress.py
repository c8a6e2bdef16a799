"""Progress of long work: bars on a terminal, a plain line a step elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_PLAIN_LINE_EVERY_SECONDS = 10.0


class Meter(Protocol):
    """What long work reports to."""

    def advance(self, amount: float) -> None:
        """Say that `amount` more of the total is done."""


class _Bar:
    def __init__(self, progress: Progress, label: str, total: float) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=total)

    def advance(self, amount: float) -> None:
        self._progress.advance(self._task, amount)


class _Lines:
    def __init__(self, label: str, total: float) -> None:
        self._label, self._total, self._done = label, total, 0.0
        self._printed_at = time.monotonic()

    def advance(self, amount: float) -> None:
        self._done += amount
        now = time.monotonic()
        if now - self._printed_at >= _PLAIN_LINE_EVERY_SECONDS:
            self._printed_at = now
            share = self._done / self._total if self._total else 1.0
            print(f"{self._label}: {share:.0%}", file=sys.stderr, flush=True)


@contextmanager
def meter(label: str, total: float) -> Iterator[Meter]:
    """Show the progress of one piece of work on standard error.

    `total` is in any unit, the same as that of `Meter.advance`. Where standard
    error is no terminal, a line at most every ten seconds says how far it is.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(label, total)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress, label, total)
