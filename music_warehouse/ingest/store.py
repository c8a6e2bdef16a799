"""Writing everything one delivery leaves in the lake, under temporary names."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from music_warehouse.contracts import Contract
from music_warehouse.ingest.admission import Admission
from music_warehouse.ingest.duplicate_keys import (
    Duplicates,
    KeyOrder,
    find_duplicates,
)
from music_warehouse.ingest.lake import (
    REJECTS,
    TEMPORARY_SUFFIX,
    file_name,
    table_folder,
    write_table,
)
from music_warehouse.ingest.rows import RejectedRow, Rejection, RowSource
from music_warehouse.ingest.schemas import stored_schema
from music_warehouse.ingest.writer import RejectsWriter, TableWriter
from music_warehouse.privacy.store import PrivacyStore


@dataclass(frozen=True)
class StoredFile:
    """What a delivery left: counts, and the files to rename on its commit.

    `lines` counts the header; `lake_path` is relative to the lake. The files may not
    be on the disk yet.
    """

    lines: int
    blank_lines: int
    rows_loaded: int
    rows_rejected: int
    rows_suppressed: int
    reasons: dict[str, int]
    lake_path: Path
    lake_sha256: str
    files: dict[Path, Path]


def store_rows(
    rows: RowSource,
    lake: Path,
    contract: Contract,
    privacy: PrivacyStore,
    file_seq: int,
) -> StoredFile:
    """Write a delivery's rows, rejects and names beside the lake's files.

    Raises FileRejected as the source does, and leaves nothing then.
    """
    name = file_name(file_seq)
    lake_path = table_folder(contract) / name
    rejects_path = lake / REJECTS / name
    table = TableWriter(_temporary(lake / lake_path), contract, file_seq)
    rejects = RejectsWriter(_temporary(rejects_path), file_seq, contract.version)
    lines, blank_lines = rows.header_lines, 0
    rows_suppressed = 0
    admission, order = Admission(contract, privacy), KeyOrder(contract)
    try:
        for piece in rows.pieces():
            lines += piece.lines
            blank_lines += piece.blank_lines
            rows_suppressed += piece.suppressed_lines
            rejects.add(piece.rejects)
            for part in piece.tables:
                admitted = admission.admit(part)
                rows_suppressed += admitted.rows_suppressed
                order.add(admitted.table)
                table.add(admitted.table)
        sha256 = table.finish()
        if not order.strictly_increasing:
            duplicates = find_duplicates(table.path, contract)
            if len(duplicates.lines):
                _reject(duplicates, rows, rejects, contract)
                table = _written_without(duplicates, table, contract, file_seq)
                sha256 = table.finish()
        rejects.finish()
    except BaseException:
        table.discard()
        rejects.discard()
        raise
    files = {table.path: lake / lake_path}
    if rejects.rows:
        files[rejects.path] = rejects_path
    if table.artist_names is not None:
        for folder, names in table.artist_names.tables():
            temporary = _temporary(lake / folder / name)
            write_table(names, temporary, is_flushed=False)
            files[temporary] = lake / folder / name
    return StoredFile(
        lines=lines,
        blank_lines=blank_lines,
        rows_loaded=table.rows,
        rows_rejected=rejects.rows,
        rows_suppressed=rows_suppressed,
        reasons=rejects.reasons,
        lake_path=lake_path,
        lake_sha256=sha256,
        files=files,
    )


def _temporary(path: Path) -> Path:
    return path.with_name(path.name + TEMPORARY_SUFFIX)


def _reject(
    duplicates: Duplicates,
    rows: RowSource,
    rejects: RejectsWriter,
    contract: Contract,
) -> None:
    key = ", ".join(contract.unique_key)
    first_lines = dict(
        zip(duplicates.lines.tolist(), duplicates.first_lines.tolist(), strict=True)
    )
    rejects.add(
        RejectedRow(
            row,
            Rejection(
                "duplicate_key",
                f"Line {first_lines[row.line_number]} already has this {key}.",
            ),
        )
        for row in rows.raw_rows(set(first_lines))
    )


def _written_without(
    duplicates: Duplicates, table: TableWriter, contract: Contract, file_seq: int
) -> TableWriter:
    """The finished table written again without the later row of each key."""
    unique = TableWriter(table.path.with_suffix(".unique"), contract, file_seq)
    columns = stored_schema(contract)
    texts = [field.name for field in columns if pa.types.is_string(field.type)]
    try:
        with pq.ParquetFile(table.path, read_dictionary=texts) as written:
            for group in range(written.num_row_groups):
                part = written.read_row_group(group, columns=columns.names)
                is_later = np.isin(part["line_number"].to_numpy(), duplicates.lines)
                unique.add(part.filter(pa.array(~is_later)))
    except BaseException:
        unique.discard()
        raise
    table.discard()
    return unique
