"""Arrays of JSON objects as a source of rows, under the same contracts as text."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from music_warehouse.contracts import Column, Contract
from music_warehouse.ingest.delimited import coded_table
from music_warehouse.ingest.gate import TextStream
from music_warehouse.ingest.judge import Judge
from music_warehouse.ingest.kept import MASK, RejectKeeper
from music_warehouse.ingest.parquet_values import field_of, json_value
from music_warehouse.ingest.rows import (
    FileRejected,
    Piece,
    RawRow,
    RejectedRow,
    Rejection,
)
from music_warehouse.ingest.schemas import coded, delivered_schema
from music_warehouse.ingest.values import Value

# It is held whole; an export comes in parts of about 12 MB.
MOST_BYTES = 256 << 20
_ROWS_PER_PIECE = 50_000
_BLANKS = re.compile(r"[ \t\n\r]*")
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_MOST_DRIFT_COLUMNS = 64


class JsonDelivery:
    """One file that is an array of objects, all of one listener: the folder it lies
    in says whose.

    Rows are numbered from 1; `byte_offset` is where an element begins. A file that
    ends before its array does, or holds anything else, is rejected whole; an element
    that is no object, or has a value that is not valid, is a rejected row. A field
    that an element lacks is blank. Of a suppressed listener's file nothing is kept but
    the number of elements.
    """

    header_lines = 0

    def __init__(
        self,
        path: Path,
        contract: Contract,
        folder: str,
        on_bytes: Callable[[int], None] = lambda _: None,
        is_suppressed: bool = False,
    ) -> None:
        self._is_suppressed = is_suppressed
        self._contract = contract
        self._folder = folder.encode()
        self._names = [_names(column, contract) for column in contract.columns]
        self._known = {name for names in self._names for name in names}
        self._judge = Judge(contract)
        self._keeper = RejectKeeper(contract)
        self._schema = coded(delivered_schema(contract))
        self._drift: dict[str, None] = {}
        with TextStream(path, on_bytes) as stream:
            self._text, self._offset = _read(stream)
            self._sha256 = stream.sha256()
        # Before any row is taken: a torn file leaves nothing.
        elements = _elements(self._text)
        self._elements = list(_readable(elements) if is_suppressed else elements)

    def close(self) -> None:
        """Let go of the text."""
        self._text = ""

    @property
    def drift_columns(self) -> tuple[str, ...]:
        return tuple(self._drift)

    def sha256(self) -> str:
        return self._sha256

    def pieces(self) -> Iterator[Piece]:
        if self._is_suppressed:
            count = len(self._elements)
            yield Piece(lines=count, suppressed_lines=count)
            return
        offset, position = self._offset, 0
        for first in range(0, len(self._elements), _ROWS_PER_PIECE):
            piece = Piece()
            rows: list[tuple[Value, ...]] = []
            taken = self._elements[first : first + _ROWS_PER_PIECE]
            for number, element in enumerate(taken, first + 1):
                offset += len(self._text[position : element.position].encode())
                position = element.position
                judged = self._judged(element.value)
                if isinstance(judged, Rejection):
                    raw = RawRow(number, offset, self._kept(element.value))
                    piece.rejects.append(RejectedRow(raw, judged))
                else:
                    rows.append((*judged, number))
            piece.lines = len(taken)
            if rows:
                piece.tables.append(coded_table(rows, self._schema))
            yield piece

    def raw_rows(self, line_numbers: set[int]) -> Iterator[RawRow]:
        for piece in self.pieces():
            yield from (
                reject.row
                for reject in piece.rejects
                if reject.row.line_number in line_numbers
            )

    def _judged(self, element: object) -> tuple[Value, ...] | Rejection:
        if not isinstance(element, dict):
            return Rejection("not_object", "The element is no object.")
        for name in element:
            if name in self._known or len(self._drift) == _MOST_DRIFT_COLUMNS:
                continue
            # A name that is none may be somebody's address.
            if _FIELD_NAME.fullmatch(name):
                self._drift[name] = None
        for column, value in zip(
            self._contract.columns, self._values(element), strict=True
        ):
            if isinstance(value, dict | list):
                return Rejection("not_scalar", f"{column.name} is no single value.")
        return self._judge.judge_fields(self._fields(element))

    def _values(self, element: dict[str, Any]) -> list[object]:
        return [
            next((element[name] for name in names if element.get(name) is not None), "")
            if names
            else self._folder
            for names in self._names
        ]

    def _fields(self, element: dict[str, Any]) -> list[bytes]:
        return [_field(value) for value in self._values(element)]

    def _kept(self, element: object) -> bytes:
        if not isinstance(element, dict):
            return MASK
        values = {
            column.name: _field(value)
            for column, value in zip(
                self._contract.columns, self._values(element), strict=True
            )
        }
        shown = {name: json_value(value) for name, value in values.items()}
        return self._keeper.values(shown, list(values.values()))


class _Element(NamedTuple):
    position: int
    value: object


def _names(column: Column, contract: Contract) -> tuple[str, ...]:
    if column.name == contract.folder_column:
        return ()
    return (*column.json_names, column.name)


def _field(value: object) -> bytes:
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, dict | list):
        return MASK
    if isinstance(value, str):
        # A lone surrogate is no character.
        return value.encode("utf-8", "surrogatepass")
    return field_of(value)


def _read(stream: TextStream) -> tuple[str, int]:
    """The whole text, and the offset of its first byte."""
    stream.open_text()
    offset = stream.offset
    parts, size = [], 0
    while part := stream.read():
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise FileRejected(
                "too_large_json", f"The JSON has more than {MOST_BYTES >> 20} MB."
            )
    try:
        return b"".join(parts).decode("utf-8"), offset
    except UnicodeDecodeError as error:
        raise FileRejected(
            "not_text", f"The file is not UTF-8 at its byte {offset + error.start}."
        ) from error


def _elements(text: str) -> Iterator[_Element]:
    """The elements of the one array that the text is. Raises FileRejected."""
    decoder = json.JSONDecoder()
    position = _past_blanks(text, 0)
    if not text.startswith("[", position):
        if position == len(text):
            raise FileRejected("empty_file", "The file holds nothing but blanks.")
        raise FileRejected("not_json_array", "The file is no JSON array.")
    position = _past_blanks(text, position + 1)
    is_first = True
    while not text.startswith("]", position):
        if not is_first:
            if not text.startswith(",", position):
                raise _torn(text, position)
            position = _past_blanks(text, position + 1)
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise _torn(text, position) from error
        yield _Element(position, value)
        is_first = False
        position = _past_blanks(text, end)
    if _past_blanks(text, position + 1) != len(text):
        raise FileRejected("json_trailing_text", "Text follows the JSON array.")


def _readable(elements: Iterator[_Element]) -> Iterator[_Element]:
    """The elements as far as they can be read."""
    with suppress(FileRejected):
        yield from elements


def _past_blanks(text: str, position: int) -> int:
    found = _BLANKS.match(text, position)
    return found.end() if found else position


def _torn(text: str, position: int) -> FileRejected:
    """Where the array ends, or is broken, in the element that begins there."""
    place = len(text[:position].encode("utf-8", "surrogatepass"))
    return FileRejected(
        "torn_json", f"The JSON array is cut or broken after its byte {place}."
    )


def has_fields(path: Path, contract: Contract) -> bool:
    """Whether a file begins as an array of objects with a contract's required
    fields."""
    try:
        with TextStream(path) as stream:
            stream.open_text()
            head = stream.read().decode("utf-8", "ignore")
        first = next(_elements(head)).value
    except (FileRejected, StopIteration):
        return False
    return isinstance(first, dict) and all(
        not first.keys().isdisjoint(names)
        for column in contract.columns
        if column.required and (names := _names(column, contract))
    )


def count_elements(path: Path) -> int:
    """The elements of an array, as far as the file can be read."""
    try:
        with TextStream(path) as stream:
            text, _ = _read(stream)
    except FileRejected:
        return 0
    return sum(1 for _ in _readable(_elements(text)))
