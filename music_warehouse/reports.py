"""What the commands print."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from music_warehouse.ingest import (
    FileReport,
    IngestReport,
    LedgerEntry,
    read_ledger,
)
from music_warehouse.ingest.ledger import LOADED
from music_warehouse.paths import DataFolder
from music_warehouse.publish import PublishReport, Version
from music_warehouse.questions import Answer
from music_warehouse.status import Status
from music_warehouse.tables import print_table
from music_warehouse.unsettled import unsettled, way_out, why

if TYPE_CHECKING:
    from music_warehouse.privacy.erasure import ErasureReport

    # Its driver takes a second to import.
    from music_warehouse.production.publication import PublicationReport


def print_ingest(
    report: IngestReport, data: DataFolder, settings: Mapping[str, Any]
) -> None:
    """What became of the files of one ingest, why rows or files were refused, and
    which of the loaded files will stop publication under these vars of the project."""
    taken = {file.file_seq for file in report.files}
    ledger = read_ledger(data)
    print_deliveries(entry for entry in ledger if entry.file_seq in taken)
    reasons: Counter[tuple[str, str]] = Counter()
    for file in report.files:
        for reason, count in file.reasons.items():
            reasons[f"{file.source}.{file.table}", reason] += count
    if reasons:
        print("\nRejected:")
        print_table(
            ("table", "reason", "count"),
            [(*key, count) for key, count in reasons.most_common()],
        )
    for ignored in report.ignored:
        print(f"Ignored {ignored.path}: {ignored.reason}")
    stopping = unsettled(ledger, settings)
    misread = [
        entry for entry in stopping if entry.file_seq in taken and entry.state == LOADED
    ]
    if misread:
        named = ", ".join(f"{entry.file_name} ({why(entry)})" for entry in misread)
        print(f"\nStops publication: {named}. {way_out(stopping, settings)}")


def told_refused(files: Sequence[FileReport]) -> str:
    """That files were refused, how many for which reason, and all about the first, in
    a sentence."""
    first = files[0]
    told = f"{first.path} could not be taken in: {first.detail or first.reason}"
    if len(files) == 1:
        return told
    reasons = Counter(file.reason for file in files).most_common()
    counts = ", ".join(f"{count} {reason}" for reason, count in reasons)
    return f"{len(files)} files were refused ({counts}); {told}"


def print_deliveries(
    files: Iterable[LedgerEntry], replaced: Mapping[int, int] | None = None
) -> None:
    """One line per delivered file: its rows in, and what became of them; of the
    loaded ones those `replaced` by later deliveries, blank where that is not known."""
    known = replaced or {}
    columns = ["#", "table", "file", "rows", "loaded", "rejected", "repeated", "state"]
    if known:
        columns.insert(columns.index("rejected"), "of them replaced")
    entries = list(files)
    has_suppressed = any(file.rows_suppressed for file in entries)
    if has_suppressed:
        columns.insert(columns.index("state"), "suppressed")
    print_table(
        columns,
        [
            (
                file.file_seq,
                f"{file.source}.{file.table_name}",
                file.file_name,
                file.rows_loaded
                + file.rows_rejected
                + file.rows_repeated
                + file.rows_suppressed,
                file.rows_loaded,
                *([known.get(file.file_seq)] if known else []),
                file.rows_rejected,
                file.rows_repeated,
                *([file.rows_suppressed] if has_suppressed else []),
                _state(file),
            )
            for file in entries
        ],
    )


def print_publication(report: PublishReport) -> None:
    """The version that readers see, and where it lies."""
    print(f"Published: {_told(report.version)} in {report.folder}.")


def print_production(report: "PublicationReport") -> None:
    """What readers of Redshift see."""
    publication = report.publication
    print(
        f"Published: {report.marts} marts of {publication.published_at}, in the schema "
        "marts of Redshift."
    )


def print_erasure(report: "ErasureReport") -> None:
    """What an erasure did, without a word that tells of whom."""
    if not report.is_new:
        print("The person had been suppressed before.")
    print("Later deliveries bring nothing of the person back.")
    landed = report.landed
    print_table(
        ("erased", "count"),
        [
            ("rows of the lake", report.rows),
            ("tokens of cards", report.cards),
            ("lines of landed files", landed.lines),
            ("landed files written anew", landed.rewritten_files),
            ("landed files removed", landed.removed_files),
        ],
    )
    if report.was_rebuilt:
        print("Built anew and published; every former version is removed.")
    print(
        "Not touched: what lies outside the data folder, such as backups and the "
        "files' sender; the lake on S3 and Redshift until the next ingest with --lake "
        "and build --target prod."
    )


def print_unfinished_erasures(count: int) -> None:
    """What is to be done about erasures that were begun and not ended, if any were."""
    if count:
        erasures = "1 erasure is" if count == 1 else f"{count} erasures are"
        print(
            f"{erasures} unfinished, and published versions may hold the person: run "
            "`music-warehouse erase` with the same id again."
        )


def print_answer(answer: Answer) -> None:
    """A heading, the table below it, and how to read its figures."""
    print(answer.heading)
    print_table(answer.columns, answer.rows)
    for note in answer.notes:
        print(note)


def print_status(status: Status) -> None:
    """Deliveries, rejects, what stops publication, and what is published; each says
    so where there is none."""
    print(f"Data folder: {status.root}")
    if not status.files:
        print("Nothing has been ingested: run `music-warehouse ingest PATH`.")
    print_deliveries(status.files, status.replaced)
    if status.rejects:
        print("\nRejected:")
        print_table(("table", "reason", "count", "for example"), status.rejects)
    print()
    print_unfinished_erasures(status.unfinished_erasures)
    for file in status.unsettled:
        print(f"May stop publication: {file.file_seq} {file.file_name} ({why(file)})")
    if status.version is None:
        print("Nothing is published: run `music-warehouse build`.")
        return
    print(f"Published: {_told(status.version)}.")
    print_table(
        ("mart", "rows"),
        [(name, mart.rows) for name, mart in status.version.marts.items()],
    )
    for trigger in status.triggers:
        if trigger.is_due:
            print(f"Due for training: {trigger}.")
    if status.triggers and not any(trigger.is_due for trigger in status.triggers):
        print("No Python model is due for training.")
    if status.waiting is None:
        print("Its build's deliveries are not known: run `music-warehouse build`.")
    elif status.waiting:
        count = len(status.waiting)
        have = "1 delivery has" if count == 1 else f"{count} deliveries have"
        print(f"{have} come since: run `music-warehouse build`.")
    else:
        print("The published version holds every delivery.")


def _state(file: LedgerEntry) -> str:
    if file.state == "duplicate":
        return f"duplicate of {file.duplicate_of_file_seq}"
    if file.state == "rejected":
        return f"rejected: {file.reason}"
    return f"loaded, ignoring {file.drift_columns}" if file.drift_columns else "loaded"


def _told(version: Version) -> str:
    rows = sum(mart.rows for mart in version.marts.values())
    return (
        f"version {version.id} of {version.published_at}, "
        f"{len(version.marts)} marts, {rows} rows"
    )
