"""Delivered files: written beside their final name, renamed when complete."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

FileFormat = Literal["csv", "parquet"]

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

    def encode(self, rows: pa.Table) -> pa.Buffer | pa.Table:
        columns = [
            self._fields[field.name].take(column.indices)
            if pa.types.is_dictionary(field.type)
            else pc.fill_null(column.cast(pa.string()), "")
            for field, column in zip(
                rows.schema, rows.combine_chunks().to_batches()[0], strict=True
            )
        ]
        lines = pc.binary_join_element_wise(*columns, ",")
        lines = pc.binary_join_element_wise(lines, "", "\n")
        _, offsets, text = lines.buffers()
        end = memoryview(offsets).cast("B").cast("i")[len(lines)]
        return text.slice(0, end)

    def append(self, encoded: pa.Buffer | pa.Table) -> None:
        self._file.write(encoded)

    def close(self) -> None:
        self._file.close()


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
