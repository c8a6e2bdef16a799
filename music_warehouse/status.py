"""What has landed, what is rejected and why, and what is published."""

from collections import Counter
from dataclasses import dataclass

import duckdb

from music_warehouse.ingest.ledger import LedgerEntry, read_ledger
from music_warehouse.paths import DataFolder
from music_warehouse.publish import Version, find_current
from music_warehouse.publish.inputs import continues, informative


@dataclass(frozen=True)
class Status:
    """The state of a data folder.

    `rejects` counts rejected rows and files by table and reason; `version` is the
    published one; `waiting` are the deliveries that it does not hold, without those
    that say nothing new.
    """

    files: list[LedgerEntry]
    rejects: list[tuple[str, str, int, str]]
    version: Version | None
    waiting: list[LedgerEntry] | None


def read_status(data: DataFolder) -> Status:
    """Read the ledger, the rejects and the published version."""
    files = read_ledger(data)
    folder = find_current(data)
    version = Version.read(folder) if folder else None
    return Status(files, _rejects(data, files), version, _waiting(files, version))


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
