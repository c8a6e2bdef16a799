"""The ledger: every delivered file once, with what became of its lines."""

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from music_warehouse.errors import UserError
from music_warehouse.ingest.lake import (
    LEDGER,
    LEDGER_FILE,
    LEDGER_SCHEMA,
    UNCOMMITTED,
    flush,
    mark_uncommitted,
    write_table,
)
from music_warehouse.ingest.listeners import listener_of
from music_warehouse.paths import DataFolder

LOADED, DUPLICATE, REJECTED = "loaded", "duplicate", "rejected"
LATER_COLUMNS = {"rows_suppressed": 0}
"""Columns of numbers that a ledger may lack, and what they are where it does."""
_FLUSHED_AT_ONCE = 16
_LOADED_BY = (
    "state",
    "source",
    "table_name",
    "file_path",
    "file_bytes",
    "file_sha256",
)


@dataclass(frozen=True)
class LedgerEntry:
    """One delivered file. `arrived_at` is UTC without a zone; `lake_path` is
    relative to the lake; `drift_columns` are comma separated."""

    file_seq: int
    source: str
    table_name: str
    file_path: str
    file_name: str
    file_bytes: int
    file_sha256: str
    state: str
    contract_version: int
    arrived_at: datetime
    line_count: int = 0
    header_lines: int = 0
    blank_lines: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_repeated: int = 0
    rows_suppressed: int = 0
    drift_columns: str = ""
    reason: str | None = None
    detail: str | None = None
    duplicate_of_file_seq: int | None = None
    lake_path: str | None = None
    lake_sha256: str | None = None

    def __post_init__(self) -> None:
        accounted = (
            self.header_lines
            + self.blank_lines
            + self.rows_loaded
            + self.rows_rejected
            + self.rows_repeated
            + self.rows_suppressed
        )
        if accounted != self.line_count:
            raise AssertionError(
                f"{self.file_path}: {self.line_count} lines, {accounted} accounted for"
            )


class Ledger:
    """The ledger of one lake. A file is committed when its entry is in the ledger,
    which is written beside and renamed, so a reader sees the file whole or not at all.

    Entries are committed as they are appended, or, with `commit_every` seconds,
    together when the last commit was so long ago: writing the ledger for each of
    thousands of tiny files costs more than the files. Until then the file
    `UNCOMMITTED` says where the ledger ends; without it one delivery at most is on its
    way. As a context manager it commits what waits at the end.
    """

    def __init__(self, lake: Path, commit_every: float = 0.0) -> None:
        self._path = lake / LEDGER / LEDGER_FILE
        self._marker = lake / UNCOMMITTED
        self._table = LEDGER_SCHEMA.empty_table()
        if self._path.exists():
            try:
                self._table = with_later_columns(_read_whole(self._path))
            except (pa.ArrowException, KeyError) as error:
                raise UserError(
                    f"The ledger {self._path} is damaged; restore it from a backup."
                ) from error
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_table(self._table, self._path)
        self._waiting: list[LedgerEntry] = []
        self._unflushed: list[Path] = []
        self._commit_every = commit_every
        self._committed_at = time.monotonic()
        self._last_file_seq: int = pc.max(self._table["file_seq"]).as_py() or 0
        self._loaded: dict[tuple[str, str, int | None, int], dict[str, int]] = {}
        columns = (self._table[name].to_pylist() for name in _LOADED_BY)
        for row, (state, *file) in enumerate(zip(*columns, strict=True)):
            self._remember(row, state, *file)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.commit()

    def entries(self) -> list[LedgerEntry]:
        """Every committed entry, in the order of arrival."""
        return [LedgerEntry(**row) for row in self._table.to_pylist()]

    def loaded_file(
        self,
        source: str,
        table_name: str,
        file_bytes: int,
        sha256: Callable[[], str],
        listener: int | None = None,
    ) -> LedgerEntry | None:
        """The loaded file of a table, and of a listener where there is a folder for
        each, that has this size and hash. `sha256` is called only where there are
        loaded files of this size: only then is it worth hashing a delivery ahead of
        reading it."""
        rows = self._loaded.get((source, table_name, listener, file_bytes))
        row = rows.get(sha256()) if rows else None
        if row is None:
            return None
        committed: int = self._table.num_rows
        if row >= committed:
            return self._waiting[row - committed]
        return LedgerEntry(**self._table.slice(row, 1).to_pylist()[0])

    def entry(self, file_seq: int) -> LedgerEntry:
        """The committed entry with this number."""
        found = self._table.filter(pc.equal(self._table["file_seq"], file_seq))
        return LedgerEntry(**found.to_pylist()[0])

    @property
    def last_file_seq(self) -> int:
        """The arrival sequence number of the newest entry, 0 when there is none."""
        return self._last_file_seq

    def append(self, entry: LedgerEntry, files: Iterable[Path] = ()) -> None:
        """Record one more file, and with that what it left in the lake: `files` reach
        the disk before the entry does."""
        if not self._waiting and self._commit_every:
            mark_uncommitted(self._marker, self._last_file_seq)
        self._waiting.append(entry)
        self._unflushed += files
        self._last_file_seq = max(self._last_file_seq, entry.file_seq)
        row = self._table.num_rows + len(self._waiting) - 1
        self._remember(row, *(getattr(entry, name) for name in _LOADED_BY))
        if time.monotonic() - self._committed_at >= self._commit_every:
            self.commit()

    def commit(self) -> None:
        """Write the entries that wait."""
        if self._waiting:
            # At once, since a file system flushes many files about as fast as one.
            with ThreadPoolExecutor(_FLUSHED_AT_ONCE) as pool:
                list(pool.map(flush, self._unflushed))
            rows = pa.Table.from_pylist(
                [asdict(entry) for entry in self._waiting], schema=LEDGER_SCHEMA
            )
            table = pa.concat_tables([self._table, rows]).combine_chunks()
            write_table(table, self._path)
            self._table = table
            self._waiting, self._unflushed = [], []
        self._marker.unlink(missing_ok=True)
        self._committed_at = time.monotonic()

    def _remember(
        self,
        row: int,
        state: str,
        source: str,
        table: str,
        path: str,
        size: int,
        sha256: str,
    ) -> None:
        if state == LOADED:
            of_size = source, table, listener_of(Path(path)), size
            self._loaded.setdefault(of_size, {})[sha256] = row


def replace_entries(lake: Path, entries: Iterable[LedgerEntry]) -> None:
    """Write the ledger of a lake anew, as it is to be."""
    rows = [asdict(entry) for entry in entries]
    table = pa.Table.from_pylist(rows, schema=LEDGER_SCHEMA)
    write_table(table, lake / LEDGER / LEDGER_FILE)


def with_later_columns(table: pa.Table) -> pa.Table:
    """A ledger as it is written now, of one as it was written when it had fewer
    columns. KeyError or an exception of Arrow's for what is no ledger."""
    for name, value in LATER_COLUMNS.items():
        if name not in table.column_names:
            values = pa.repeat(pa.scalar(value, pa.int64()), table.num_rows)
            table = table.append_column(name, values)
    return table.select(LEDGER_SCHEMA.names).cast(LEDGER_SCHEMA)


def _read_whole(path: Path) -> pa.Table:
    """The file as it was at one moment: `read_table` opens a path twice, and between
    the two an ingest may have put the next ledger in its place.

    On this thread alone: one of Arrow's own may still hold the file when Python ends.
    """
    with pa.OSFile(str(path)) as file, pq.ParquetFile(file) as ledger:
        return ledger.read(use_threads=False)


def read_ledger(data: DataFolder) -> list[LedgerEntry]:
    """Every file that was delivered, in the order of arrival; an empty list when
    nothing was ever ingested."""
    if not (data.lake / LEDGER / LEDGER_FILE).exists():
        return []
    return Ledger(data.lake).entries()


def arrival_time() -> datetime:
    """Now in UTC without a zone; SOURCE_DATE_EPOCH (seconds since 1970, see
    reproducible-builds.org) takes its place so that a build can be repeated."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        seconds = float(epoch) if epoch else time.time()
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise UserError(
            f"SOURCE_DATE_EPOCH must be seconds since 1970, not {epoch!r}."
        ) from error
