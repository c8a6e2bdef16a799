"""The definition of a valid row, one line at a time.

Whatever faster way rows are read in, it must agree with this judge; a property
test compares the two on mutated files.
"""

import re
from collections.abc import Callable, Sequence

from music_warehouse.contracts import Column, Contract
from music_warehouse.ingest.header import Header, split_fields
from music_warehouse.ingest.rows import Rejection

MAX_LINE_BYTES = 1 << 20

Value = int | str | None

_INTEGER = re.compile(rb"-?[0-9]+")
_FRACTIONAL = re.compile(
    rb"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)?"
)
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SHOWN_CHARACTERS = 60
_MOST_DIGITS = 19


class Judge:
    """Tells valid rows from invalid ones by a contract."""

    def __init__(self, contract: Contract) -> None:
        self._value_readers: list[
            tuple[Column, Callable[[Column, bytes], Value | Rejection]]
        ] = [(column, _reader(column)) for column in contract.columns]

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
        for (column, read), field in zip(self._value_readers, fields, strict=True):
            value = read(column, field)
            if isinstance(value, Rejection):
                return value
            if value is None and column.required:
                return Rejection("blank_required", f"{column.name} is blank.")
            values.append(value)
        return tuple(values)


def _reader(column: Column) -> Callable[[Column, bytes], Value | Rejection]:
    if column.is_integer:
        return _read_integer
    return _read_uuid if column.type == "uuid" else _read_text


def _read_integer(column: Column, field: bytes) -> Value | Rejection:
    field = field.strip(b" \t")
    if not field:
        return None
    if not _INTEGER.fullmatch(field):
        if _FRACTIONAL.fullmatch(field):
            return Rejection(
                "fractional", f"{column.name} is {_shown(field)}, not a whole number."
            )
        return Rejection(
            "not_integer", f"{column.name} is {_shown(field)}, not a whole number."
        )
    low, high = column.limits
    digits = field.lstrip(b"-").lstrip(b"0")
    sign = -1 if field.startswith(b"-") else 1
    value = sign * int(digits or b"0") if len(digits) <= _MOST_DIGITS else None
    if value is not None and low <= value <= high:
        return value
    if field.startswith(b"-") and low == 0:
        return Rejection("negative", f"{column.name} is {_shown(field)}, below 0.")
    return Rejection(
        "out_of_range",
        f"{column.name} is {_shown(field)}, not between {low} and {high}.",
    )


def _read_text(column: Column, field: bytes) -> Value | Rejection:
    try:
        value = field.decode("utf-8")
    except UnicodeDecodeError as error:
        return Rejection(
            "invalid_utf8", f"{column.name} is not UTF-8 at its byte {error.start}."
        )
    if "\x00" in value:
        return Rejection("nul", f"{column.name} holds a NUL byte.")
    if not value or (column.required and not value.strip()):
        return None
    if value in column.blank_values:
        return None
    if column.max_bytes is not None and len(field) > column.max_bytes:
        return Rejection(
            "too_long_text",
            f"{column.name} has {len(field)} bytes, more than {column.max_bytes}.",
        )
    return value


def _read_uuid(column: Column, field: bytes) -> Value | Rejection:
    field = field.strip(b" \t")
    if not field:
        return None
    if field.decode("latin-1") in column.blank_values:
        return None
    if not _UUID.fullmatch(field):
        return Rejection("not_uuid", f"{column.name} is {_shown(field)}, not a UUID.")
    return field.decode("ascii")


def _shown(field: bytes) -> str:
    text = field.decode("utf-8", "backslashreplace")
    if len(text) > _SHOWN_CHARACTERS:
        text = text[:_SHOWN_CHARACTERS] + "…"
    return repr(text)
