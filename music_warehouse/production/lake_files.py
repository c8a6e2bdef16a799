"""Which files of the lake a delivery consists of."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pyarrow as pa

from music_warehouse.contracts import Contract, load_contracts
from music_warehouse.ingest.lake import (
    ARTIST_CREDIT_PARTS,
    ARTIST_SPELLINGS,
    REJECTS,
    file_name,
    lake_schemas,
)
from music_warehouse.ingest.ledger import LOADED, LedgerEntry

# Rejected lines as they came stay where they came: no model reads the bytes, which may
# be of any length and hold anything.
_LEFT_OUT = {REJECTS: {"raw_bytes"}}


def production_schemas() -> dict[Path, pa.Schema]:
    """The tables of the lake by folder, with the columns that production has."""
    return {
        folder: pa.schema(
            [column for column in schema if column.name not in _left_out(folder)]
        )
        for folder, schema in lake_schemas(load_contracts()).items()
    }


@cache
def raw_table(folder: Path) -> str:
    """The name in Redshift of the table that lies in a folder of the lake: all tables
    share one schema there, those of different sources too."""
    contract = load_contracts().get(".".join(folder.parts))
    return contract.raw_table if contract else folder.name


def files_of(entry: LedgerEntry, contracts: Mapping[str, Contract]) -> list[Path]:
    """The files, relative to the lake, that a delivery left there."""
    name = file_name(entry.file_seq)
    files = []
    if entry.lake_path is not None:
        files.append(Path(entry.lake_path))
    if entry.rows_rejected:
        files.append(REJECTS / name)
    contract = contracts.get(f"{entry.source}.{entry.table_name}")
    if entry.state == LOADED and contract is not None and contract.artist:
        files += [ARTIST_SPELLINGS / name, ARTIST_CREDIT_PARTS / name]
    return files


def _left_out(folder: Path) -> set[str]:
    return _LEFT_OUT.get(folder, set())
