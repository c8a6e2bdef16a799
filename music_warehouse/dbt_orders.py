"""The runs of dbt that a build asks for, and whoever carries them out.

A build is a generator: it yields an order, is resumed with whether dbt ended well, and
judges by what dbt has written down how to go on. It neither starts dbt nor knows who
does: the command line runs a process, an orchestrator listens to every node.
"""

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar

from music_warehouse.errors import UserError
from music_warehouse.publish.build_record import BuildRecord

Result = TypeVar("Result")


@dataclass(frozen=True)
class DbtOrder:
    """A run of dbt: the words after `dbt`, the target folder to write to, what is set
    when it must end at once, if anything, and variables of its environment."""

    arguments: tuple[str, ...]
    target: Path
    stop: threading.Event | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


Orders: TypeAlias = Generator[DbtOrder, bool, Result]
"""Resumed with whether the order's dbt ended with status 0."""


class BuildFailed(UserError):
    """dbt did not end well; `record` is what it wrote down, if it came that far."""

    def __init__(self, sentence: str, record: BuildRecord | None) -> None:
        super().__init__(sentence)
        self.record = record


def carry_out(orders: Orders[Result], run: Callable[[DbtOrder], bool]) -> Result:
    """Have every order run, one after the other; return what the build returns."""
    with closing(orders):
        try:
            order = next(orders)
            while True:
                order = orders.send(run(order))
        except StopIteration as ended:
            result: Result = ended.value
            return result
