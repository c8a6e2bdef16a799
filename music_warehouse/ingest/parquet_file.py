"""Parquet deliveries as a source of rows, under the same contracts as text."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from music_warehouse.contracts import Contract
from music_warehouse.ingest.delimited import coded_table
from music_warehouse.ingest.fast import is_valid
from music_warehouse.ingest.gate import file_sha256
from music_warehouse.ingest.header import map_columns
from music_warehouse.ingest.judge import Judge
from music_warehouse.ingest.kept import RejectKeeper
from music_warehouse.ingest.parquet_values import (
    check_type,
    converted,
    field_of,
    json_value,
    rows_of,
)
from music_warehouse.ingest.rows import (
    FileRejected,
    Piece,
    RawRow,
    RejectedRow,
    Rejection,
)
from music_warehouse.ingest.schemas import coded, delivered_schema
from music_warehouse.ingest.typed_texts import TypedTexts
from music_warehouse.ingest.values import Value

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
                check_type(schema.field(name).type, column)
        except BaseException:
            self.close()
            raise
        self._judge = Judge(contract)
        self._keeper = RejectKeeper(contract)
        self._typed = [TypedTexts(column) for column in contract.columns]
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
                for number, row in zip(numbers, rows_of(batch), strict=True):
                    if number in line_numbers:
                        yield self._kept(number, row)
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
        columns = zip(batch.columns, self._contract.columns, self._typed, strict=True)
        try:
            arrays = [converted(*column) for column in columns]
        except pa.ArrowInvalid:
            return None
        table = pa.Table.from_arrays([*arrays, pa.array(numbers)], schema=self._schema)
        return table if is_valid(table, self._contract) else None

    def _judged(self, first_row: int, batch: pa.Table) -> Piece:
        piece = Piece(lines=batch.num_rows)
        rows: list[tuple[Value, ...]] = []
        for number, row in enumerate(rows_of(batch), first_row):
            judged = self._judge.judge_fields([field_of(v) for v in row.values()])
            if isinstance(judged, Rejection):
                piece.rejects.append(RejectedRow(self._kept(number, row), judged))
            else:
                rows.append((*judged, number))
        if rows:
            piece.tables.append(coded_table(rows, self._schema))
        return piece

    def _kept(self, number: int, row: dict[str, object]) -> RawRow:
        fields = [field_of(value) for value in row.values()]
        values = {name: json_value(value) for name, value in row.items()}
        return RawRow(number, None, self._keeper.values(values, fields))


def count_rows(path: Path) -> int:
    """The rows of a Parquet file by its footer; 0 where it cannot be read."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return 0


def _unreadable(error: Exception) -> FileRejected:
    reason = " ".join(str(error).split())[:200]
    return FileRejected("unreadable_parquet", f"The Parquet cannot be read: {reason}.")
