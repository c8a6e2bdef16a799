"""Whether the lake still holds what its ledger says, byte by byte."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from music_warehouse.contracts import load_contracts
from music_warehouse.errors import UserError
from music_warehouse.ingest.gate import file_sha256
from music_warehouse.ingest.lake import (
    ARTIST_CREDIT_PARTS,
    ARTIST_SPELLINGS,
    file_name,
)
from music_warehouse.ingest.ledger import LOADED, LedgerEntry

_THREADS = 2
_RESTORE = "restore it from a backup, or remove the lake and ingest again."


def require_intact(lake: Path, entries: Sequence[LedgerEntry]) -> None:
    """Raise UserError naming the first file of a loaded delivery that is missing, or
    whose bytes are not those that the ledger has the SHA-256 of.

    Of the names derived from a delivery it is only asked that they are there.
    """
    hashes = {
        lake / entry.lake_path: entry.lake_sha256
        for entry in entries
        if entry.state == LOADED and entry.lake_path is not None
    }
    for path in (*hashes, *_names(lake, entries)):
        if not path.is_file():
            raise UserError(f"{path} is missing: {_RESTORE}")
    with ThreadPoolExecutor(_THREADS) as pool:
        found = pool.map(file_sha256, hashes)
        for (path, expected), sha256 in zip(hashes.items(), found, strict=True):
            if sha256 != expected:
                raise UserError(f"{path} is not as it was ingested: {_RESTORE}")


def _names(lake: Path, entries: Sequence[LedgerEntry]) -> list[Path]:
    contracts = load_contracts().values()
    with_artists = {(c.source, c.table) for c in contracts if c.artist}
    return [
        lake / folder / file_name(entry.file_seq)
        for entry in entries
        if entry.state == LOADED and (entry.source, entry.table_name) in with_artists
        for folder in (ARTIST_SPELLINGS, ARTIST_CREDIT_PARTS)
    ]
