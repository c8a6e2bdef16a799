"""The fast way to read a block of lines: all of it at once, or not at all.

A block is taken only where nothing in it could be read differently by the judge:
pyarrow reads the fields, but joins a field after a closing quote to what follows,
takes a bare carriage return for a line end, `0x1F` for 31 and steps over a byte
order mark. Such blocks, and blocks with any value out of its domain, are left to
the judge.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from music_warehouse.contracts import Column, Contract
from music_warehouse.ingest.blocks import Block
from music_warehouse.ingest.header import Header
from music_warehouse.ingest.judge import MAX_LINE_BYTES
from music_warehouse.ingest.schemas import CODED_TEXT, coded, delivered_schema
from music_warehouse.ingest.typed_texts import TypedTexts, is_read_at_once

_QUOTE, _LF, _CR, _ZERO, _UPPER_X = (ord(c) for c in '"\n\r0X')
_LOWER_CASE_BIT = 0x20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UUID_BYTES = 36
_UUID_DASHES = [8, 13, 18, 23]
_UUID_DIGITS = [i for i in range(_UUID_BYTES) if i not in _UUID_DASHES]
_MAY_START_BLANK = np.zeros(256, dtype=bool)
_MAY_START_BLANK[: ord(" ") + 1] = True
_MAY_START_BLANK[[0xC2, 0xE1, 0xE2, 0xE3]] = True


class FastReader:
    """Reads blocks of one file's lines by its contract and header."""

    def __init__(self, contract: Contract, header: Header) -> None:
        self._contract = contract
        self._schema = coded(delivered_schema(contract))
        self._typed = [TypedTexts(column) for column in contract.columns]
        self._delimiter = header.delimiter
        self._integers = frozenset(
            position
            for position, column in zip(header.positions, contract.columns, strict=True)
            if pa.types.is_integer(self._read_type(column))
        )
        delivered = [str(index) for index in range(header.width)]
        taken = [delivered[position] for position in header.positions]
        self._column_names = delivered
        self._parse_options = pa_csv.ParseOptions(
            delimiter=header.delimiter.decode(),
            newlines_in_values=False,
            ignore_empty_lines=False,
        )
        self._convert_options = pa_csv.ConvertOptions(
            include_columns=taken,
            column_types={
                name: self._read_type(column)
                for name, column in zip(taken, contract.columns, strict=True)
            },
            null_values=[""],
            strings_can_be_null=True,
            check_utf8=True,
        )

    def read(self, block: Block) -> pa.Table | None:
        """Every line of the block as a row, or None to leave it to the judge."""
        if not has_plain_lines(block.data, self._delimiter, self._integers):
            return None
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(block.data),
                read_options=pa_csv.ReadOptions(
                    use_threads=False,
                    block_size=len(block.data) + 1,
                    column_names=self._column_names,
                ),
                parse_options=self._parse_options,
                convert_options=self._convert_options,
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows != block.lines:
            return None
        columns = []
        for values, typed in zip(table.columns, self._typed, strict=True):
            read = typed.read(values)
            if read is None:
                return None
            columns.append(read)
        numbers = np.arange(block.first_line, block.first_line + block.lines)
        table = pa.Table.from_arrays([*columns, pa.array(numbers)], schema=self._schema)
        return table if is_valid(table, self._contract) else None

    def _read_type(self, column: Column) -> pa.DataType:
        if column.type == "timestamp":
            return pa.string()
        return (
            self._schema.field(column.name).type
            if is_read_at_once(column)
            else CODED_TEXT
        )


def has_plain_lines(data: bytes, delimiter: bytes, integers: frozenset[int]) -> bool:
    """Whether pyarrow and the judge find the same fields in these bytes, provided
    that pyarrow finds as many rows as there are lines. May be false of lines that
    the judge takes. `integers` are the places in a line of what is an integer."""
    if not data or data.startswith(_BYTE_ORDER_MARK) or b"\x00" in data:
        return False
    window = MAX_LINE_BYTES // 2
    for start in range(0, len(data) - window, window):
        if data.find(b"\n", start, start + window) < 0:
            return False
    codes = np.frombuffer(data, dtype=np.uint8)
    if b"\r" in data:
        returns = np.flatnonzero(codes == _CR)
        if returns[-1] == len(codes) - 1 or (codes[returns + 1] != _LF).any():
            return False
    if b'"' in data and not _has_plain_quotes(codes, ord(delimiter)):
        return False
    return not _may_have_hexadecimal(data, codes, delimiter, integers)


def _has_plain_quotes(codes: np.ndarray, delimiter: int) -> bool:
    """Whether all quotes have the form of RFC 4180, line ends in fields aside.

    Quotes alternate between opening and closing, a doubled quote being a closing and
    an opening one side by side. So it is enough that each opening one follows a
    delimiter, a line start or a closing one, and each closing one the other way
    round. A line end between the two shows in the number of rows.
    """
    quotes = np.flatnonzero(codes == _QUOTE)
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before = codes[opening - 1]
    opens = (before == delimiter) | (before == _LF) | (opening == 0)
    opens[1:] |= opening[1:] == closing[:-1] + 1
    after = codes[np.minimum(closing + 1, len(codes) - 1)]
    closes = (after == delimiter) | (after == _LF) | (after == _CR)
    closes |= closing == len(codes) - 1
    closes[:-1] |= opening[1:] == closing[:-1] + 1
    return bool(opens.all() and closes.all())


def _may_have_hexadecimal(
    data: bytes, codes: np.ndarray, delimiter: bytes, integers: frozenset[int]
) -> bool:
    """Whether any integer starts with 0x, which pyarrow reads. So may a text: of ids
    in base 62 one in 1,900 does."""
    letters = np.flatnonzero((codes & ~np.uint8(_LOWER_CASE_BIT)) == _UPPER_X)
    letters = letters[letters > 0]
    zeros = letters[codes[letters - 1] == _ZERO] - 1
    for zero in zeros.tolist():
        before = data[data.rfind(b"\n", 0, zero) + 1 : zero]
        field = before[before.rfind(delimiter) + 1 :]
        if field.strip(b'" \t\r'):
            continue
        if b'"' in before or before.count(delimiter) in integers:
            return True
    return False


def is_valid(table: pa.Table, contract: Contract) -> bool:
    """Whether every value of every row lies in its column's domain."""
    return all(_is_valid(table[column.name], column) for column in contract.columns)


def _is_valid(values: pa.ChunkedArray, column: Column) -> bool:
    if column.required and values.null_count:
        return False
    if not is_read_at_once(column):
        return True
    if column.is_integer or column.type == "timestamp":
        low, high = _limits(column)
        found = pc.min_max(values).as_py()
        if found["min"] is None:
            return True
        return (low is None or low <= found["min"]) and (
            high is None or found["max"] <= high
        )
    return all(_are_valid_texts(chunk.dictionary, column) for chunk in values.chunks)


def _limits(column: Column) -> tuple[Any, Any]:
    return column.limits if column.is_integer else (column.earliest, column.latest)


def _are_valid_texts(texts: pa.StringArray, column: Column) -> bool:
    if len(texts) == 0:
        return True
    _, offsets_buffer, data_buffer = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32)
    offsets = offsets[texts.offset : texts.offset + len(texts) + 1]
    codes = np.frombuffer(data_buffer or b"", dtype=np.uint8)
    lengths = np.diff(offsets)
    if column.type == "uuid":
        return bool((lengths == _UUID_BYTES).all()) and _are_uuids(
            codes[offsets[0] : offsets[-1]].reshape(-1, _UUID_BYTES)
        )
    if column.max_bytes is not None and lengths.max() > column.max_bytes:
        return False
    return not column.required or not _any_blank(texts, codes[offsets[:-1]])


def _are_uuids(codes: np.ndarray) -> bool:
    """Whether rows of 36 bytes are UUIDs in hexadecimal with dashes."""
    lower = codes | _LOWER_CASE_BIT
    is_digit = ((codes - ord("0")) < 10) | ((lower - ord("a")) < 6)
    return bool(
        is_digit[:, _UUID_DIGITS].all() and (codes[:, _UUID_DASHES] == ord("-")).all()
    )


def _any_blank(texts: pa.StringArray, first_bytes: np.ndarray) -> bool:
    """Whether a text is nothing but white space, as Python's `str.strip` sees it:
    in UTF-8 such a text starts with one of few bytes."""
    suspects = np.flatnonzero(_MAY_START_BLANK[first_bytes])
    return any(not text.strip() for text in texts.take(pa.array(suspects)).to_pylist())
