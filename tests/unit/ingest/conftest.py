"""One data folder per test, and short ways to land files in it and to look."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from music_warehouse.ingest import FileReport, IngestReport, ingest_paths, read_ledger
from music_warehouse.ingest.ledger import LedgerEntry
from music_warehouse.paths import DataFolder

ARTISTS_HEADER = b"user_id,rank,artist_name,playcount,mbid\n"
ABBA_MBID = "d87e52c5-bb8d-4da8-b941-9f4928627dc8"


class Warehouse:
    """A data folder to ingest into."""

    def __init__(self, root: Path) -> None:
        self.data = DataFolder(root / "data")

    def land(self, name: str, content: bytes) -> Path:
        """Put a file into the landing folder."""
        path = self.data.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def ingest(self, *paths: Path, declared: str | None = None) -> IngestReport:
        """Ingest paths, the whole landing folder by default."""
        return ingest_paths(paths or (self.data.landing,), self.data, declared)

    def deliver(self, name: str, content: bytes) -> FileReport:
        """Land one file and ingest it."""
        (report,) = self.ingest(self.land(name, content)).files
        return report

    def deliver_artists(self, content: bytes, name: str = "a.csv") -> FileReport:
        """Land and ingest a file of top artists."""
        return self.deliver(f"listening/user_top_artists/{name}", content)

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        """The rows of a table of the lake, files in their order of arrival."""
        found: list[tuple[object, ...]] = []
        for path in sorted((self.data.lake / table).glob("*.parquet")):
            read = pq.read_table(path, columns=list(columns) or None)
            found += [tuple(row.values()) for row in read.to_pylist()]
        return found

    def artists(self) -> list[tuple[object, ...]]:
        """(user_id, rank, artist_name, playcount, mbid) of every loaded row."""
        return self.rows(
            "listening/user_top_artists",
            "user_id",
            "rank",
            "artist_name",
            "playcount",
            "mbid",
        )

    def rejects(self) -> list[tuple[object, ...]]:
        """(line_number, reason, raw_bytes) of every reject."""
        return self.rows("rejects", "line_number", "reason", "raw_bytes")

    def ledger(self) -> list[LedgerEntry]:
        """Every delivery so far."""
        return read_ledger(self.data)

    def lake_files(self) -> set[str]:
        """Every file of the lake but its lock, relative to it."""
        lake = self.data.lake
        files = (p for p in lake.rglob("*") if p.is_file())
        return {p.relative_to(lake).as_posix() for p in files} - {".ingest.lock"}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


@pytest.fixture
def make_warehouse(tmp_path: Path) -> Callable[[str], Warehouse]:
    """Several data folders for one test."""
    return lambda name: Warehouse(tmp_path / name)
