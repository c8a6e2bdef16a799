"""Taking a person's rows out of the lake."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from music_warehouse.contracts import Contract
from music_warehouse.ingest.lake import (
    REJECTS,
    file_name,
    write_table,
)
from music_warehouse.ingest.ledger import Ledger, LedgerEntry
from music_warehouse.ingest.listeners import erased_folder, listener_folder
from music_warehouse.ingest.redo_log import (
    Rewritten,
    beside,
    finish_rewriting,
    put_in_place,
)
from music_warehouse.ingest.schemas import stored_schema, without_unused_texts
from music_warehouse.ingest.writer import TableWriter
from music_warehouse.privacy.replaced_rows import replaced_rows

_MASK = "***"
_LINE_NUMBER = "line_number"


def rows_of_person(
    lake: Path, contracts: Mapping[str, Contract], user_key: int
) -> dict[int, int]:
    """How many rows of a person each loaded delivery has, by its number."""
    found = {}
    for entry in Ledger(lake).entries():
        contract = contracts.get(f"{entry.source}.{entry.table_name}")
        if contract is None or contract.person is None or entry.lake_path is None:
            continue
        rows = _count(lake / entry.lake_path, contract.person.lake_name, user_key)
        if rows:
            found[entry.file_seq] = rows
    return found


def erase_from_lake(
    lake: Path, contracts: Mapping[str, Contract], user_key: int
) -> int:
    """Take a person out of every file of the lake, and what a row of the person has
    replaced; how many rows that were.

    The lake must be held by its one writer.
    """
    finish_rewriting(lake)
    entries = Ledger(lake).entries()
    rows = rows_of_person(lake, contracts, user_key)
    replaced = replaced_rows(lake, entries, contracts, user_key) if rows else {}
    for file_seq, lines in replaced.items():
        rows[file_seq] = rows.get(file_seq, 0) + len(lines)
    rewritten = []
    for entry in entries:
        contract = contracts.get(f"{entry.source}.{entry.table_name}")
        if contract is None:
            continue
        is_own = listener_folder(user_key) in Path(entry.file_path).parts
        if entry.file_seq in rows or is_own:
            lines = replaced.get(entry.file_seq, set())
            count = rows.get(entry.file_seq, 0)
            rewritten.append(_rewrite(lake, entry, contract, user_key, lines, count))
    if rewritten:
        put_in_place(lake, rewritten)
    return sum(rows.values())


def _rewrite(
    lake: Path,
    entry: LedgerEntry,
    contract: Contract,
    user_key: int,
    replaced: set[int],
    rows: int,
) -> Rewritten:
    files: list[str] = []
    sha256 = entry.lake_sha256
    if rows and entry.lake_path is not None:
        sha256 = _write_without(lake, entry, contract, user_key, replaced, files)
    folder = listener_folder(user_key)
    parts = Path(entry.file_path).parts
    path = Path(*(erased_folder(entry.file_seq) if p == folder else p for p in parts))
    rejects = REJECTS / file_name(entry.file_seq)
    if folder in parts and (lake / rejects).exists():
        _mask_rejects(lake / rejects)
        files.append(rejects.as_posix())
    return Rewritten(
        entry.file_seq,
        path.as_posix(),
        entry.rows_loaded - rows,
        entry.rows_suppressed + rows,
        sha256,
        tuple(files),
    )


def _write_without(
    lake: Path,
    entry: LedgerEntry,
    contract: Contract,
    user_key: int,
    replaced: set[int],
    files: list[str],
) -> str:
    path = lake / str(entry.lake_path)
    writer = TableWriter(beside(path), contract, entry.file_seq)
    columns = stored_schema(contract)
    person = str(contract.person and contract.person.lake_name)
    try:
        with pq.ParquetFile(path) as written:
            for group in range(written.num_row_groups):
                part = written.read_row_group(group, columns=columns.names)
                is_out = part[person].to_numpy() == user_key
                if replaced:
                    is_out |= np.isin(part[_LINE_NUMBER].to_numpy(), list(replaced))
                kept = part.filter(pa.array(~is_out))
                writer.add(without_unused_texts(kept))
        sha256 = writer.finish()
    except BaseException:
        writer.discard()
        raise
    files.append(str(entry.lake_path))
    if writer.artist_names is not None:
        for folder, names in writer.artist_names.tables():
            name = folder / file_name(entry.file_seq)
            write_table(names, beside(lake / name))
            files.append(name.as_posix())
    return sha256


def _mask_rejects(path: Path) -> None:
    """All lines of a file that was one person's alone: only that they were rejected,
    and why, stays."""
    with pq.ParquetFile(path) as file:
        table = file.read()
    masked: Sequence[tuple[str, pa.Scalar]] = (
        ("raw_bytes", pa.scalar(_MASK.encode(), pa.binary())),
        ("raw_text", pa.scalar(_MASK, pa.string())),
        ("detail", pa.scalar("The line was erased.", pa.string())),
    )
    for name, value in masked:
        place = table.schema.get_field_index(name)
        table = table.set_column(
            place, table.schema.field(name), pa.repeat(value, table.num_rows)
        )
    write_table(table, beside(path))


def _count(path: Path, column: str, user_key: int) -> int:
    rows = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(1 << 20, columns=[column]):
            rows += pc.sum(pc.equal(batch.column(0), user_key)).as_py() or 0
    return rows
