"""Values of Parquet columns as a contract wants them, and as a text file would
hold them."""

import math

import pyarrow as pa
import pyarrow.compute as pc

from music_warehouse.contracts import Column
from music_warehouse.ingest.rows import FileRejected
from music_warehouse.ingest.schemas import CODED_TEXT, value_type
from music_warehouse.ingest.typed_texts import (
    TypedTexts,
    cleaned,
    is_read_at_once,
)

_MICROSECONDS = pa.timestamp("us")


def check_type(found: pa.DataType, column: Column) -> None:
    """Raise FileRejected for a column of a type that cannot hold its values."""
    if pa.types.is_dictionary(found):
        found = found.value_type
    if not pa.types.is_null(found) and not _fits(found, column):
        raise FileRejected(
            "wrong_type", f"Column {column.name} is {found}, not {column.type}."
        )


def _fits(found: pa.DataType, column: Column) -> bool:
    if column.is_integer:
        return _is_number(found)
    if pa.types.is_string(found) or pa.types.is_large_string(found):
        return True
    if column.decimal_digits:
        return _is_number(found) or pa.types.is_decimal(found)
    return bool(
        (column.type == "timestamp" and pa.types.is_timestamp(found))
        or (column.type == "date" and pa.types.is_date(found))
        or (column.type == "boolean" and pa.types.is_boolean(found))
    )


def converted(
    values: pa.ChunkedArray, column: Column, typed: TypedTexts
) -> pa.ChunkedArray:
    """Values in the column's type; ArrowInvalid where that would change one, or one
    is not valid. A text of no characters is blank, as in a text file."""
    if column.is_integer and is_read_at_once(column):
        return values.cast(value_type(column), safe=True)
    if pa.types.is_timestamp(values.type):
        return _in_microseconds(values)
    if column.type == "timestamp":
        read = typed.read(_texts(values))
    elif is_read_at_once(column):
        read = cleaned(_texts(values).dictionary_encode(), column)
    else:
        read = typed.read(_coded_texts(values))
    if read is None:
        raise pa.ArrowInvalid("a value is not valid")
    return read


def rows_of(batch: pa.Table) -> list[dict[str, object]]:
    """The rows of a batch: numbers, and all else as the bytes of a text, for a
    Parquet text need not be UTF-8."""
    columns = [
        values if _is_number(values.type) else _text_bytes(values)
        for values in batch.columns
    ]
    rows: list[dict[str, object]] = pa.table(
        columns, names=batch.column_names
    ).to_pylist()
    return rows


def field_of(value: object) -> bytes:
    """A value as a text file would hold it; whole floats stand for integers, as
    pandas writes them where a value is missing."""
    if isinstance(value, bytes):
        return value
    if value is None or value != value:
        return b""
    if isinstance(value, float) and value.is_integer():
        return str(int(value)).encode()
    return str(value).encode()


def json_value(value: object) -> object:
    """A value as JSON holds it, which has neither NaN, a missing value here, nor
    infinity."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if value != value:
        return None
    return str(value) if value in (math.inf, -math.inf) else value


def _in_microseconds(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """UTC without a zone; what is shorter than a microsecond is left out, as of a
    text. Only of nanoseconds is there such a rest, and they cannot overflow."""
    is_shorter = times.type.unit == "ns"
    without_zone = times.cast(pa.timestamp(times.type.unit))
    return without_zone.cast(_MICROSECONDS, safe=not is_shorter)


def _texts(values: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = values.cast(pa.string())
    texts.validate(full=True)
    if pc.any(pc.match_substring(texts, "\x00")).as_py():
        raise pa.ArrowInvalid("a text holds NUL")
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _coded_texts(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each distinct value as the text that a text file would hold."""
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return _texts(values).dictionary_encode()
    if pa.types.is_dictionary(values.type):
        return _texts(values.cast(values.type.value_type)).dictionary_encode()
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), None, values)
    chunks = []
    for chunk in values.chunks:
        codes = chunk.dictionary_encode()
        texts = codes.dictionary
        if pa.types.is_floating(texts.type):
            read = [field_of(value).decode() for value in texts.to_pylist()]
            texts = pa.array(read, pa.string())
        chunks.append(
            pa.DictionaryArray.from_arrays(codes.indices, texts.cast(pa.string()))
        )
    return pa.chunked_array(chunks, CODED_TEXT)


def _text_bytes(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp(values.type.unit))
    return values.cast(pa.string()).cast(pa.binary())


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
