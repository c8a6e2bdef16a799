"""Columns of texts as columns of typed values, many at a time."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from music_warehouse.contracts import Column
from music_warehouse.ingest.rows import Rejection
from music_warehouse.ingest.schemas import value_type
from music_warehouse.ingest.values import Value, value_reader

# To the minute, without a zone.
_SHORTEST_TIMESTAMP = len("2026-01-31T23:59")


def is_read_at_once(column: Column) -> bool:
    """Whether the values of a column are read and checked all together. Of any other
    column each distinct text is read by the judge's reader."""
    if column.invalid_is_blank or column.values or column.pattern is not None:
        return False
    return column.is_integer or column.is_text or column.type == "timestamp"


class TypedTexts:
    """Reads the texts of one column."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._type = value_type(column)
        self._read = value_reader(column)

    def read(self, texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
        """Values of the column, or None to leave them to the judge.

        Integers come as such, timestamps as plain texts and all else as coded ones.
        What `is_read_at_once` is still to be checked: its form is right, its range
        may not be.
        """
        if self._column.type == "timestamp":
            return _timestamps(texts)
        if is_read_at_once(self._column):
            return cleaned(texts, self._column)
        chunks = []
        for chunk in texts.chunks:
            values = self._values(chunk)
            if values is None:
                return None
            chunks.append(values)
        kind = self._coded_type()
        return pa.chunked_array(chunks, kind)

    def _coded_type(self) -> pa.DataType:
        if pa.types.is_string(self._type):
            return pa.dictionary(pa.int32(), pa.string())
        return self._type

    def _values(self, texts: pa.DictionaryArray) -> pa.Array | None:
        read: list[Value] = []
        for field in texts.dictionary.cast(pa.binary()).to_pylist():
            # A blank is no value where values may be wrong, as an absent one is.
            value = self._read(field)
            if isinstance(value, Rejection):
                return None
            read.append(value)
        values = pa.array(read, self._type)
        if not pa.types.is_string(self._type):
            return values.take(texts.indices)
        if values.equals(texts.dictionary):
            return texts
        codes = values.dictionary_encode()
        return pa.DictionaryArray.from_arrays(
            codes.indices.take(texts.indices), codes.dictionary
        )


def _timestamps(texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """UTC times, if all of the texts have a Z at their end, or none has.

    Arrow reads the judge's forms, and shorter ones (a date alone) that are told by
    their length. It reads at most microseconds.
    """
    count = len(texts) - texts.null_count
    with_zone = pc.sum(pc.ends_with(texts, "Z")).as_py() or 0
    if with_zone not in (0, count):
        return None
    shortest = pc.min(pc.binary_length(texts)).as_py()
    if shortest is not None and shortest < _SHORTEST_TIMESTAMP + (with_zone > 0):
        return None
    try:
        if with_zone:
            return texts.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
        return texts.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None


def cleaned(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Coded texts without the blanks around them that are no part of them; those that
    stand for no value turned to null."""
    if not (column.is_trimmed or column.blank_values):
        return values
    chunks = values.chunks
    if column.is_trimmed:
        chunks = [_trimmed(chunk) for chunk in chunks]
    blanks = pa.array(["", *column.blank_values], pa.string())
    return pa.chunked_array([_without(chunk, blanks) for chunk in chunks], values.type)


def _trimmed(texts: pa.DictionaryArray) -> pa.DictionaryArray:
    distinct = pc.ascii_trim(texts.dictionary, characters=" \t")
    if distinct.equals(texts.dictionary):
        return texts
    codes = distinct.dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        codes.indices.take(texts.indices), codes.dictionary
    )


def _without(texts: pa.DictionaryArray, blanks: pa.StringArray) -> pa.DictionaryArray:
    is_blank = pc.is_in(texts.dictionary, value_set=blanks).to_numpy(
        zero_copy_only=False
    )
    if not is_blank.any():
        return texts
    new_codes = (np.cumsum(~is_blank) - 1).astype(np.int32)
    recoding = pa.array(new_codes, mask=is_blank)
    return pa.DictionaryArray.from_arrays(
        recoding.take(texts.indices), texts.dictionary.filter(pa.array(~is_blank))
    )
