"""What the lake holds: rows per table, and whether they are all accounted for."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from music_warehouse.contracts import load_contracts
from music_warehouse.ingest.lake import (
    LEDGER,
    LEDGER_FILE,
    REJECTS,
    file_name,
    lake_schemas,
)
from music_warehouse.ingest.ledger import REJECTED, LedgerEntry

_LINES_ARE = ("header_lines", "blank_lines")
_ROWS_ARE = "rows_"


def rows_of(lake: Path, table: str) -> int | None:
    """The rows of the lake's table of this name; None where it has no such table."""
    for folder in lake_schemas(load_contracts()):
        if folder.name == table and (lake / folder).is_dir():
            files = (lake / folder).glob("*.parquet")
            return sum(pq.read_metadata(file).num_rows for file in files)
    return None


def unreconciled(lake: Path, entries: Sequence[LedgerEntry]) -> list[int]:
    """The numbers of files whose lines do not add up: those that the ledger counts, or
    those that lie in the lake and among the rejects."""
    ledger = pq.read_table(lake / LEDGER / LEDGER_FILE)
    counted = [
        name
        for name in ledger.column_names
        if name in _LINES_ARE or name.startswith(_ROWS_ARE)
    ]
    total = ledger[counted[0]]
    for name in counted[1:]:
        total = pc.add(total, ledger[name])
    wrong = ledger.filter(pc.not_equal(total, ledger["line_count"]))
    found = set(wrong["file_seq"].to_pylist())
    for entry in entries:
        rows = (
            _rows(lake / entry.lake_path) if entry.lake_path else 0,
            _rows(lake / REJECTS / file_name(entry.file_seq)),
        )
        # A file that was refused whole has one row among the rejects, which says why.
        rejects = 1 if entry.state == REJECTED else entry.rows_rejected
        if rows != (entry.rows_loaded, rejects):
            found.add(entry.file_seq)
    return sorted(found)


def _rows(file: Path) -> int:
    return int(pq.read_metadata(file).num_rows) if file.is_file() else 0
