"""What an ingest did, file by file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from music_warehouse.ingest.deliveries import IgnoredFile


@dataclass(frozen=True)
class FileReport:
    """One delivered file: its state (`loaded`, `duplicate` or `rejected`), where
    its rows went, and how many were rejected for each reason."""

    path: Path
    source: str
    table: str
    file_seq: int
    state: str
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_repeated: int = 0
    rows_suppressed: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    drift_columns: tuple[str, ...] = ()
    reason: str | None = None
    detail: str | None = None
    duplicate_of_file_seq: int | None = None


@dataclass(frozen=True)
class IngestReport:
    """Every delivered file, in the order of arrival, and the files that were found
    but belong to no source table."""

    files: tuple[FileReport, ...] = ()
    ignored: tuple[IgnoredFile, ...] = ()

    @property
    def rows_loaded(self) -> int:
        return sum(report.rows_loaded for report in self.files)

    @property
    def rows_rejected(self) -> int:
        return sum(report.rows_rejected for report in self.files)

    @property
    def rows_repeated(self) -> int:
        return sum(report.rows_repeated for report in self.files)

    @property
    def rows_suppressed(self) -> int:
        return sum(report.rows_suppressed for report in self.files)
