"""What the warehouse's tables were built from.

An incremental model knows new rows, neither new definitions nor another lake: where the
origin of its table is unknown, or the lake or the project is another, only a full
refresh is right.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from music_warehouse.publish import Inputs
from music_warehouse.retraining import Trigger


class Training(StrEnum):
    """What is known of the tables of the Python models."""

    ENDED = "ended"
    """They were trained to the end, all of them at once."""
    BEGUN = "begun"
    """A training was begun and not ended: they may be of two trainings."""
    UNKNOWN = "unknown"
    """Something else than a build may have written them since."""


@dataclass(frozen=True)
class Origin:
    """Every row of the tables comes from these inputs."""

    inputs: Inputs
    training: Training


class Tables(Protocol):
    """The tables of one engine, as far as a build must know them."""

    def origin(self) -> Origin | None:
        """What they were built from; None where that is not known."""

    def remember(self, inputs: Inputs, training: Training) -> None:
        """Note what every row of them comes from."""

    def forget(self) -> None:
        """Note that nothing is known of them."""

    def triggers(self) -> list[Trigger] | None:
        """The reasons for training as the last build has left them; None where
        there is no such table."""

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]] | None:
        """The columns and rows of a query; None where it cannot be answered."""
