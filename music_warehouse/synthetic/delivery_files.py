"""Delivered files: written beside their final name, renamed when complete."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

FileFormat = Literal["csv", "parquet"]

_MOST_LINE_ENDS = 4_096
_NEEDS_QUOTES = re.compile(r'[",\r\n]')


class DeliveryFile(Protocol):
    """A file under way. `encode` may run on any thread, `append` in order only."""

    def encode(self, rows: pa.Table) -> pa.Buffer | pa.Table:
        """Turn rows into what `append` writes."""

    def append(self, encoded: pa.Buffer | pa.Table) -> None:
        """Write encoded rows at the end of the file."""


def csv_field(text: str) -> str:
    """The text as a CSV field, quoted only where RFC 4180 asks for it."""
    if _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


class CsvText:
    """Rows as CSV lines with `\\n` ends.

    A dictionary column names its values once in `texts`, quoted once for the whole
    file; any other column must hold nothing that needs quotes (numbers, keys).
    """

    def __init__(self, path: Path, schema: pa.Schema, texts: dict[str, pa.Array]):
        self._file = path.open("wb")
        self._file.write((",".join(schema.names) + "\n").encode())
        self._fields = {
            name: pa.array([csv_field(text) for text in values.to_pylist()])
            for name, values in texts.items()
        }
        self._fields |= {
            field.name: pa.array(["false", "true"])
            for field in schema
            if pa.types.is_boolean(field.type)
        }
        self._coded_end, self._line_ends = self._every_line_end(schema.names)

    def _every_line_end(self, names: list[str]) -> tuple[list[str], pa.Array]:
        """The coded columns that every line ends in, as many as have few values, and
        all texts that they can make together: looked up, not joined line by line."""
        ends, columns = pa.array(["\n"]), list[str]()
        for name in reversed(names):
            fields = self._fields.get(name)
            if fields is None or len(fields) * len(ends) > _MOST_LINE_ENDS:
                break
            texts = itertools.product(fields.to_pylist(), ends.to_pylist())
            separator = "," if columns else ""
            ends = pa.array([separator.join(pair) for pair in texts])
            columns.insert(0, name)
        return columns, ends

    def encode(self, rows: pa.Table) -> pa.Buffer | pa.Table:
        if not len(rows):
            return pa.py_buffer(b"")
        batch = rows.combine_chunks().to_batches()[0]
        names = rows.schema.names
        names = names[: len(names) - len(self._coded_end)]
        columns = [self._text(batch[name], name) for name in names]
        if self._coded_end:
            columns.append(self._line_end(batch))
        else:
            columns[-1] = pc.binary_join_element_wise(columns[-1], "", "\n")
        lines = pc.binary_join_element_wise(*columns, ",")
        _, offsets, text = lines.buffers()
        size = memoryview(offsets).cast("B").cast("i")[len(lines)]
        return text.slice(0, size)

    def _text(self, column: pa.Array, name: str) -> pa.Array:
        if name in self._fields:
            return self._fields[name].take(_codes(column))
        text = column.cast(pa.string())
        return pc.fill_null(text, "") if text.null_count else text

    def _line_end(self, batch: pa.RecordBatch) -> pa.Array:
        place = np.zeros(len(batch), np.int32)
        for name in self._coded_end:
            place *= len(self._fields[name])
            place += _codes(batch[name]).to_numpy(zero_copy_only=False)
        return self._line_ends.take(pa.array(place))

    def append(self, encoded: pa.Buffer | pa.Table) -> None:
        self._file.write(encoded)

    def close(self) -> None:
        self._file.close()


def _codes(column: pa.Array) -> pa.Array:
    """The places of a dictionary's or of truth values."""
    if pa.types.is_boolean(column.type):
        return column.cast(pa.int8())
    return column.indices


class ParquetRows:
    """Rows as Parquet, one row group a block, zstd, with page checksums."""

    def __init__(self, path: Path, schema: pa.Schema):
        self._schema = schema
        self._writer = pq.ParquetWriter(
            path, schema, compression="zstd", write_page_checksum=True
        )

    def encode(self, rows: pa.Table) -> pa.Buffer | pa.Table:
        return rows.cast(self._schema)

    def append(self, encoded: pa.Buffer | pa.Table) -> None:
        self._writer.write_table(encoded)

    def close(self) -> None:
        self._writer.close()


@contextmanager
def delivery_file(
    path: Path, schema: pa.Schema, texts: dict[str, pa.Array]
) -> Iterator[DeliveryFile]:
    """A CSV or Parquet file, told by the ending of `path`, that appears under its
    name only when the block ends without an error.

    `schema` gives the columns of the file; `texts` the values of the columns that
    are handed over as dictionary codes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    file = (
        CsvText(partial, schema, texts)
        if path.suffix == ".csv"
        else ParquetRows(partial, schema)
    )
    try:
        yield file
        file.close()
        partial.replace(path)
    except BaseException:
        file.close()
        partial.unlink(missing_ok=True)
        raise
