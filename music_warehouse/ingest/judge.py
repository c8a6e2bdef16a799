"""The definition of a valid row, one line at a time.

Whatever faster way rows are read in, it must agree with this judge; a property
test compares the two on mutated files.
"""

from collections.abc import Sequence

from music_warehouse.contracts import Contract
from music_warehouse.ingest.header import Header, split_fields
from music_warehouse.ingest.rows import Rejection
from music_warehouse.ingest.values import Value, value_reader

MAX_LINE_BYTES = 1 << 20


class Judge:
    """Tells valid rows from invalid ones by a contract."""

    def __init__(self, contract: Contract) -> None:
        self._columns = contract.columns
        self._readers = [value_reader(column) for column in contract.columns]
        self._has_personal_values = contract.has_personal_values

    def judge_line(
        self, line: bytes, header: Header
    ) -> tuple[Value, ...] | Rejection | None:
        """The row on a line (without its line feed), why it is none, or None for a
        blank line. One carriage return at the end belongs to the line end."""
        if line.endswith(b"\r"):
            line = line[:-1]
        if not line:
            return None
        if len(line) > MAX_LINE_BYTES:
            return Rejection(
                "too_long_line",
                f"The line has {len(line)} bytes, more than {MAX_LINE_BYTES}.",
            )
        if b"\x00" in line:
            return Rejection("nul", "The line holds a NUL byte.")
        if b"\r" in line:
            return Rejection("bare_cr", "The line holds a bare carriage return.")
        fields = split_fields(line, header.delimiter)
        if fields is None:
            return Rejection("quotes", "A quote stands where RFC 4180 has none.")
        if len(fields) != header.width:
            return Rejection(
                "column_count",
                f"The line has {len(fields)} fields, the header {header.width}.",
            )
        return self.judge_fields([fields[i] for i in header.positions])

    def judge_fields(self, fields: Sequence[bytes]) -> tuple[Value, ...] | Rejection:
        """The row of these fields, one per column of the contract, or why it is
        none: the first reason in the order of the columns."""
        values: list[Value] = []
        for read, field in zip(self._readers, fields, strict=True):
            value = read(field)
            if isinstance(value, Rejection):
                return self._told(value, fields)
            values.append(value)
        return tuple(values)

    def invalid_columns(self, fields: Sequence[bytes]) -> list[str]:
        """The names of the columns whose fields are not valid."""
        return [
            column.name
            for column, read, field in zip(
                self._columns, self._readers, fields, strict=True
            )
            if isinstance(read(field), Rejection)
        ]

    def replaced_columns(self, fields: Sequence[bytes]) -> set[str]:
        """The names of the columns whose fields are not valid, which the lake holds
        another value for."""
        return {
            column.name
            for column, read, field in zip(
                self._columns, self._readers, fields, strict=True
            )
            if column.invalid_value is not None
            and field.strip(b" \t").lower() != column.invalid_value.encode()
            and read(field) == column.invalid_value
        }

    def _told(self, first: Rejection, fields: Sequence[bytes]) -> Rejection:
        """The first reason, without the value where several are not valid: then the
        fields have slipped, and a personal one may stand in any place."""
        if not self._has_personal_values:
            return first
        names = self.invalid_columns(fields)
        if len(names) == 1:
            return first
        return Rejection(
            first.reason, f"{len(names)} values are not valid: {', '.join(names)}."
        )
