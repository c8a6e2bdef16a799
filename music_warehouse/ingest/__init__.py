"""Taking delivered files into the lake without losing or guessing a row."""

from collections.abc import Sequence
from pathlib import Path

from music_warehouse.contracts import load_contracts
from music_warehouse.errors import UserError
from music_warehouse.ingest.deliveries import IgnoredFile, find_deliveries
from music_warehouse.ingest.lake import (
    check_ledger_is_there,
    lake_schemas,
    remove_orphans,
    writing,
)
from music_warehouse.ingest.ledger import (
    Ledger,
    LedgerEntry,
    arrival_time,
    read_ledger,
)
from music_warehouse.ingest.load import Loader
from music_warehouse.ingest.redo_log import finish_rewriting
from music_warehouse.ingest.report import FileReport, IngestReport
from music_warehouse.paths import DataFolder
from music_warehouse.privacy.store import PrivacyStore
from music_warehouse.progress import meter

__all__ = [
    "FileReport",
    "IgnoredFile",
    "IngestReport",
    "Ledger",
    "LedgerEntry",
    "ingest_paths",
    "read_ledger",
]

# The most that a crash loses, if landing keeps its files.
_COMMIT_EVERY_SECONDS = 0.5


def ingest_paths(
    paths: Sequence[Path], data: DataFolder, declared: str | None = None
) -> IngestReport:
    """Take files, or all deliveries in folders, into the lake of `data`.

    `declared` (`source.table`) is the table of files that neither their folder nor
    their name assigns to one. Users come before their lists; files of one table are
    taken in the natural order of their paths (`day_9` before `day_10`). Symbolic
    links to folders are followed. Files are committed in the order of the report, small
    ones several at a time: a crash leaves whole files only, and the next ingest clears
    away the rest.

    Raises UserError for a path that is missing, unreadable or not recognisable,
    before anything is taken, when another ingest is running, and for a lake whose
    ledger is lost or older than its files, or whose people have pseudonyms of
    another key.
    """
    contracts = {
        name: contract.arriving(arrival_time())
        for name, contract in load_contracts().items()
    }
    found = find_deliveries(paths, contracts, declared)
    schemas = lake_schemas(contracts)
    total_bytes = sum(d.path.stat().st_size for d in found.deliveries)
    reports = []
    with writing(data.lake, schemas):
        check_ledger_is_there(data.lake, schemas)
        finish_rewriting(data.lake)
        ledger = Ledger(data.lake, _COMMIT_EVERY_SECONDS)
        remove_orphans(data.lake, schemas, ledger.last_file_seq)
        with (
            ledger,
            PrivacyStore(data) as privacy,
            meter("Ingesting", total_bytes) as progress,
        ):
            loader = Loader(data.lake, ledger, privacy, progress.advance)
            if any(delivery.contract.person for delivery in found.deliveries):
                privacy.require_key()
            for delivery in found.deliveries:
                try:
                    reports.append(loader.load(delivery))
                except OSError as error:
                    raise UserError(
                        f"{delivery.shown_path} could not be ingested: "
                        f"{error.strerror or error}."
                    ) from error
    return IngestReport(tuple(reports), found.ignored)
