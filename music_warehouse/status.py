"""What has landed, what is rejected and why, and what is published."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from music_warehouse.ingest.ledger import LedgerEntry, read_ledger
from music_warehouse.paths import DataFolder
from music_warehouse.privacy import journal
from music_warehouse.publish import Version, find_current, require_readable
from music_warehouse.publish.inputs import continues, informative
from music_warehouse.retraining import Trigger, published_triggers
from music_warehouse.unsettled import unsettled

_COUNTED_IN = "load_reconciliation"


@dataclass(frozen=True)
class Status:
    """The state of the data folder `root`.

    `rejects` counts rejected rows and files by table and reason; `version` is the
    published one; `waiting` are the deliveries that it does not hold, without those
    that say nothing new. `replaced` has, by `file_seq`, the loaded rows whose
    listeners a later delivery lists again, as the version counts them: empty where
    nothing is published, or not from this lake. `triggers` say how far the version's
    Python models are from being due for training. `unsettled` are the files that stop
    a publication. `unfinished_erasures` were begun and not ended.
    """

    root: Path
    files: list[LedgerEntry]
    replaced: dict[int, int]
    rejects: list[tuple[str, str, int, str]]
    version: Version | None
    waiting: list[LedgerEntry] | None
    triggers: list[Trigger]
    unsettled: list[LedgerEntry]
    unfinished_erasures: int


def read_status(data: DataFolder, settings: Mapping[str, Any] | None = None) -> Status:
    """Read the ledger, the rejects and the published version; UserError where that
    is damaged. `settings` are the project's vars, which say what is let pass."""
    files = read_ledger(data)
    folder = find_current(data)
    version = Version.read(folder) if folder else None
    if folder and version:
        require_readable(folder, version)
    return Status(
        data.root.absolute(),
        files,
        _replaced(files, folder, version),
        _rejects(data, files),
        version,
        _waiting(files, version),
        published_triggers(folder) if folder else [],
        unsettled(files, settings or {}),
        journal.unfinished(data),
    )


def _replaced(
    files: list[LedgerEntry], folder: Path | None, version: Version | None
) -> dict[int, int]:
    """Read from the published mart: counting 25 million rows of the lake anew would
    take seconds."""
    if folder is None or version is None or version.inputs is None:
        return {}
    if _COUNTED_IN not in version.marts or not continues(files, version.inputs):
        return {}
    counted = pq.ParquetFile(folder / f"{_COUNTED_IN}.parquet")
    if "rows_replaced" not in counted.schema_arrow.names:
        return {}
    columns = counted.read(["file_seq", "rows_replaced"]).to_pydict()
    return dict(zip(columns["file_seq"], columns["rows_replaced"], strict=True))


def _rejects(
    data: DataFolder, files: list[LedgerEntry]
) -> list[tuple[str, str, int, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], str] = {}
    table_of = {file.file_seq: f"{file.source}.{file.table_name}" for file in files}
    rows = (
        duckdb.execute(
            """
        select file_seq, reason, count(*), min(detail)
        from read_parquet(?)
        group by file_seq, reason
        order by file_seq, reason
        """,
            [str(data.lake / "rejects" / "*.parquet")],
        ).fetchall()
        if files
        else []
    )
    for file_seq, reason, count, detail in rows:
        # A reject whose delivery was never committed is none.
        if file_seq in table_of:
            key = (table_of[file_seq], reason)
            counts[key] += count
            example.setdefault(key, detail)
    return [(*key, count, example[key]) for key, count in counts.most_common()]


def _waiting(
    files: list[LedgerEntry], version: Version | None
) -> list[LedgerEntry] | None:
    """None where it is not known which deliveries the version was built from."""
    if version is None:
        return files
    if version.inputs is None:
        return None
    news = informative(files)
    if not continues(files, version.inputs):
        return news
    return [file for file in news if file.file_seq > version.inputs.ledger_sequence]
