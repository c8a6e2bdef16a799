"""Parquet deliveries as a source of rows, under the same contracts as text."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from music_warehouse.contracts import Column, Contract
from music_warehouse.ingest.delimited import coded_table
from music_warehouse.ingest.fast import is_valid, without_blank_values
from music_warehouse.ingest.gate import file_sha256
from music_warehouse.ingest.header import map_columns
from music_warehouse.ingest.judge import Judge, Value
from music_warehouse.ingest.lake import ARROW_TYPES, coded, delivered_schema
from music_warehouse.ingest.rows import (
    FileRejected,
    Piece,
    RawRow,
    RejectedRow,
    Rejection,
)

_BATCH_ROWS = 65_536
_JUDGED_ROWS = 1_024


class ParquetDelivery:
    """One Parquet file. Its rows have numbers from 1 and no byte offsets; a rejected
    row is kept as JSON text of the contract's columns. Parquet is not read start to
    end, so the file is hashed before and after: a file changed between is rejected.
    """

    header_lines = 0

    def __init__(
        self,
        path: Path,
        contract: Contract,
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._path = path
        self._contract = contract
        self._on_bytes = on_bytes
        if path.stat().st_size == 0:
            raise FileRejected("empty_file", "The file is empty.")
        self._sha256 = file_sha256(path)
        try:
            self._file = pq.ParquetFile(path, page_checksum_verification=True)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(error) from error
        try:
            schema = self._file.schema_arrow
            names = [name.strip().casefold() for name in schema.names]
            positions, self._drift = map_columns(names, contract)
            self._columns = [schema.names[position] for position in positions]
            for name, column in zip(self._columns, contract.columns, strict=True):
                _check_type(schema.field(name).type, column)
        except BaseException:
            self.close()
            raise
        self._judge = Judge(contract)
        self._schema = coded(delivered_schema(contract))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    @property
    def drift_columns(self) -> tuple[str, ...]:
        return self._drift

    def sha256(self) -> str:
        return self._sha256

    def pieces(self) -> Iterator[Piece]:
        for first_row, batch in self._batches():
            yield self._read(first_row, batch)
        self._check_unchanged()
        self._on_bytes(self._path.stat().st_size)

    def raw_rows(self, line_numbers: set[int]) -> Iterator[RawRow]:
        for first_row, batch in self._batches():
            numbers = range(first_row, first_row + batch.num_rows)
            if not line_numbers.isdisjoint(numbers):
                for number, row in zip(numbers, _rows(batch), strict=True):
                    if number in line_numbers:
                        yield RawRow(number, None, _json(row))
        self._check_unchanged()

    def _check_unchanged(self) -> None:
        if file_sha256(self._path) != self._sha256:
            raise FileRejected(
                "changed_while_read", "The file changed while it was read."
            )

    def _batches(self) -> Iterator[tuple[int, pa.Table]]:
        first_row = 1
        try:
            for batch in self._file.iter_batches(_BATCH_ROWS, columns=self._columns):
                # columns come in the order of the file
                table = pa.Table.from_batches([batch]).select(self._columns)
                yield first_row, table
                first_row += table.num_rows
        except (pa.ArrowException, OSError) as error:
            self._check_unchanged()
            raise _unreadable(error) from error

    def _read(self, first_row: int, batch: pa.Table) -> Piece:
        table = self._fast(first_row, batch)
        if table is not None:
            return Piece(lines=batch.num_rows, tables=[table])
        if batch.num_rows <= _JUDGED_ROWS:
            return self._judged(first_row, batch)
        half = batch.num_rows // 2
        piece = self._read(first_row, batch.slice(0, half))
        piece.extend(self._read(first_row + half, batch.slice(half)))
        return piece

    def _fast(self, first_row: int, batch: pa.Table) -> pa.Table | None:
        numbers = np.arange(first_row, first_row + batch.num_rows)
        columns = zip(batch.columns, self._contract.columns, strict=True)
        try:
            arrays = [_converted(values, column) for values, column in columns]
        except pa.ArrowInvalid:
            return None
        table = pa.Table.from_arrays([*arrays, pa.array(numbers)], schema=self._schema)
        return table if is_valid(table, self._contract) else None

    def _judged(self, first_row: int, batch: pa.Table) -> Piece:
        piece = Piece(lines=batch.num_rows)
        rows: list[tuple[Value, ...]] = []
        for number, row in enumerate(_rows(batch), first_row):
            judged = self._judge.judge_fields([_field(v) for v in row.values()])
            if isinstance(judged, Rejection):
                raw = RawRow(number, None, _json(row))
                piece.rejects.append(RejectedRow(raw, judged))
            else:
                rows.append((*judged, number))
        if rows:
            piece.tables.append(coded_table(rows, self._schema))
        return piece


def _check_type(found: pa.DataType, column: Column) -> None:
    if pa.types.is_dictionary(found):
        found = found.value_type
    is_text = pa.types.is_string(found) or pa.types.is_large_string(found)
    fits = _is_number(found) if column.is_integer else is_text
    if not fits and not pa.types.is_null(found):
        raise FileRejected(
            "wrong_type", f"Column {column.name} is {found}, not {column.type}."
        )


def _converted(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Values in the lake's type; ArrowInvalid where that would change one. A text
    of no characters is blank, as in a text file."""
    if column.is_integer:
        return values.cast(ARROW_TYPES[column.type], safe=True)
    texts = values.cast(pa.string())
    texts.validate(full=True)
    if pc.any(pc.match_substring(texts, "\x00")).as_py():
        raise pa.ArrowInvalid("a text holds NUL")
    texts = pc.if_else(pc.equal(texts, ""), None, texts)
    return without_blank_values(texts.dictionary_encode(), column)


def _rows(batch: pa.Table) -> list[dict[str, object]]:
    """The rows of a batch, texts as bytes: a Parquet text need not be UTF-8."""
    is_text = [not _is_number(field.type) for field in batch.schema]
    columns = [
        values.cast(pa.string()).cast(pa.binary()) if text else values
        for values, text in zip(batch.columns, is_text, strict=True)
    ]
    rows: list[dict[str, object]] = pa.table(
        columns, names=batch.column_names
    ).to_pylist()
    return rows


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _field(value: object) -> bytes:
    """A value as a text file would hold it; whole floats stand for integers, as
    pandas writes them where a value is missing."""
    if isinstance(value, bytes):
        return value
    if value is None or value != value:
        return b""
    if isinstance(value, float) and value.is_integer():
        return str(int(value)).encode()
    return str(value).encode()


def _json(row: dict[str, object]) -> bytes:
    values = {name: _json_value(value) for name, value in row.items()}
    return json.dumps(values, ensure_ascii=False, allow_nan=False).encode()


def _json_value(value: object) -> object:
    """JSON has neither NaN, which is a missing value here, nor infinity."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if value != value:
        return None
    return str(value) if value in (math.inf, -math.inf) else value


def count_rows(path: Path) -> int:
    """The rows of a Parquet file by its footer; 0 where it cannot be read."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return 0


def _unreadable(error: Exception) -> FileRejected:
    reason = " ".join(str(error).split())[:200]
    return FileRejected("unreadable_parquet", f"The Parquet cannot be read: {reason}.")
