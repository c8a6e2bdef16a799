"""What becomes of the rows of a file: pieces of a typed table, and rejects."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa


class FileRejected(Exception):
    """The file as a whole cannot be taken: nothing of it is loaded."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row is not valid: a stable code and a sentence."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as delivered: where it stands and what the lake may keep of its bytes.

    `byte_offset` counts in the decompressed bytes; None where rows have none. `raw`
    never holds values of columns outside the contract, which may be personal: of a
    file that has such columns it holds only the contract's columns, as CSV in the
    contract's order, and is None where a line cannot be split into its fields.
    The delivered file still has the line, at `byte_offset`.
    """

    line_number: int
    byte_offset: int | None
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not valid, and why."""

    row: RawRow
    rejection: Rejection


@dataclass(slots=True)
class Piece:
    """Consecutive lines of a file, each accounted for exactly once.

    `tables` hold the valid rows: the contract's columns and `line_number`. Of lines
    that are known to be of somebody suppressed nothing is looked at but their number.
    """

    lines: int = 0
    blank_lines: int = 0
    suppressed_lines: int = 0
    tables: list[pa.Table] = field(default_factory=list)
    rejects: list[RejectedRow] = field(default_factory=list)

    def extend(self, other: "Piece") -> None:
        """Append the lines that follow this piece's."""
        self.lines += other.lines
        self.blank_lines += other.blank_lines
        self.suppressed_lines += other.suppressed_lines
        self.tables += other.tables
        self.rejects += other.rejects


class RowSource(Protocol):
    """An opened delivery whose header, if it has one, fits the contract."""

    @property
    def header_lines(self) -> int:
        """Lines before the first row: 1 for text, 0 for Parquet."""

    @property
    def drift_columns(self) -> tuple[str, ...]:
        """Delivered columns the contract does not know; they are not taken."""

    def pieces(self) -> Iterator[Piece]:
        """The rows in their order. Raises FileRejected on a torn file."""

    def sha256(self) -> str:
        """Of the file's bytes, known once `pieces` has come to its end."""

    def raw_rows(self, line_numbers: set[int]) -> Iterator[RawRow]:
        """Read again the rows with these line numbers."""
