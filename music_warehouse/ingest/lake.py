"""The lake's folder: where each table lies, its schema, and its one writer."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from music_warehouse.contracts import Contract
from music_warehouse.errors import BusyError, UserError
from music_warehouse.ingest.schemas import table_schema

TEMPORARY_SUFFIX = ".tmp"
# After every other name of its folder: by the rows of the first file DuckDB reckons
# how many a table has, and with 0 of them it holds the large side of every join.
EMPTY_FILE = "without_rows.parquet"
LEDGER = Path("ledger")
LEDGER_FILE = "ledger.parquet"
UNCOMMITTED = LEDGER / "uncommitted"
REJECTS = Path("rejects")
ARTIST_SPELLINGS = Path("names", "artist_spellings")
ARTIST_CREDIT_PARTS = Path("names", "artist_credit_parts")

LEDGER_SCHEMA = pa.schema(
    [
        ("file_seq", pa.int32()),
        ("source", pa.string()),
        ("table_name", pa.string()),
        ("file_path", pa.string()),
        ("file_name", pa.string()),
        ("file_bytes", pa.int64()),
        ("file_sha256", pa.string()),
        ("state", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("duplicate_of_file_seq", pa.int32()),
        ("line_count", pa.int64()),
        ("header_lines", pa.int64()),
        ("blank_lines", pa.int64()),
        ("rows_loaded", pa.int64()),
        ("rows_rejected", pa.int64()),
        ("rows_repeated", pa.int64()),
        ("rows_suppressed", pa.int64()),
        ("drift_columns", pa.string()),
        ("contract_version", pa.int32()),
        ("arrived_at", pa.timestamp("us")),
        ("lake_path", pa.string()),
        ("lake_sha256", pa.string()),
    ]
)
REJECTS_SCHEMA = pa.schema(
    [
        ("file_seq", pa.int32()),
        ("line_number", pa.int64()),
        ("byte_offset", pa.int64()),
        ("raw_bytes", pa.binary()),
        ("raw_text", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("contract_version", pa.int32()),
    ]
)
ARTIST_SPELLINGS_SCHEMA = pa.schema(
    [
        ("file_seq", pa.int32()),
        ("source", pa.string()),
        ("table_name", pa.string()),
        ("artist_name_key", pa.int64()),
        ("artist_name", pa.string()),
        ("match_name", pa.string()),
        ("match_key", pa.int64()),
        ("mbid", pa.string()),
        ("mbid_key", pa.int64()),
        ("row_count", pa.int64()),
    ]
)
ARTIST_CREDIT_PARTS_SCHEMA = pa.schema(
    [
        ("file_seq", pa.int32()),
        ("artist_name_key", pa.int64()),
        ("part_number", pa.int32()),
        ("part_name", pa.string()),
        ("part_match_key", pa.int64()),
    ]
)


def table_folder(contract: Contract) -> Path:
    """The folder of a source table, relative to the lake."""
    return Path(contract.source, contract.table)


def lake_schemas(contracts: Mapping[str, Contract]) -> dict[Path, pa.Schema]:
    """Every table of the lake, by its folder relative to the lake."""
    return {
        LEDGER: LEDGER_SCHEMA,
        REJECTS: REJECTS_SCHEMA,
        ARTIST_SPELLINGS: ARTIST_SPELLINGS_SCHEMA,
        ARTIST_CREDIT_PARTS: ARTIST_CREDIT_PARTS_SCHEMA,
        **{table_folder(c): table_schema(c) for c in contracts.values()},
    }


@contextmanager
def writing(lake: Path, schemas: Mapping[Path, pa.Schema]) -> Iterator[None]:
    """Be the lake's one writer; on entry every table has its folder and its
    empty file, so that a reader's glob always matches.

    Raises UserError when another process is writing, or the folder cannot be
    written.
    """
    lock = FileLock(lake / ".ingest.lock", timeout=0)
    try:
        lake.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        for folder, schema in schemas.items():
            (lake / folder).mkdir(parents=True, exist_ok=True)
            if folder != LEDGER and not (lake / folder / EMPTY_FILE).exists():
                write_table(schema.empty_table(), lake / folder / EMPTY_FILE)
    except Timeout as error:
        raise BusyError(
            f"Another ingest is writing to {lake}, or a build is reading it; wait for "
            "it to end, then try again."
        ) from error
    except OSError as error:
        lock.release()
        raise UserError(
            f"The lake {lake} cannot be written: {error.strerror}."
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def reading(lake: Path) -> Iterator[None]:
    """Keep the lake as it is while it is read more than once.

    Raises UserError when an ingest is writing to it.
    """
    lock = FileLock(lake / ".ingest.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError(
            f"An ingest is writing to {lake}; wait for it to end, then try again."
        ) from error
    try:
        yield
    finally:
        lock.release()


def write_table(table: pa.Table, path: Path, is_flushed: bool = True) -> None:
    """Write one small Parquet file; it appears under its name only when whole, and
    unless somebody else sees to that, on the disk."""
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    with temporary.open("wb") as sink:
        pq.write_table(
            table,
            sink,
            compression="zstd",
            compression_level=1,
            write_page_checksum=True,
            store_schema=False,
        )
        if is_flushed:
            sink.flush()
            os.fsync(sink.fileno())
    temporary.replace(path)


def flush(path: Path) -> None:
    """Wait until a file is on the disk."""
    # Windows flushes only what is open for writing.
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def mark_uncommitted(marker: Path, last_file_seq: int) -> None:
    """Note, on the disk, that deliveries after this one may be in the lake before
    they are in the ledger."""
    temporary = marker.with_name(marker.name + TEMPORARY_SUFFIX)
    temporary.write_text(str(last_file_seq), encoding="ascii")
    flush(temporary)
    temporary.replace(marker)


def file_name(file_seq: int) -> str:
    """The name of everything that one delivered file leaves in the lake."""
    return f"{file_seq:06d}.parquet"


def check_ledger_is_there(lake: Path, schemas: Mapping[Path, pa.Schema]) -> None:
    """Raise UserError for a lake that holds deliveries but has lost its ledger:
    without it nothing tells a delivered file from the remains of a killed ingest."""
    if (lake / LEDGER / LEDGER_FILE).exists():
        return
    if any(file_seq for file_seq, _ in _numbered_files(lake, schemas)):
        raise UserError(
            f"The lake {lake} holds deliveries but no {LEDGER / LEDGER_FILE}: "
            "restore the ledger from a backup or start a new lake."
        )


def remove_orphans(
    lake: Path, schemas: Mapping[Path, pa.Schema], last_file_seq: int
) -> None:
    """Remove what a killed ingest left: temporary files, and the files of the
    deliveries it was about to commit.

    That is one delivery, or those since the one `UNCOMMITTED` names. A file beyond is
    no remains but a delivery that the ledger has lost. Raises UserError then, naming
    such a file, and removes nothing.
    """
    marker = lake / UNCOMMITTED
    several = marker.exists() and int(marker.read_text("ascii")) <= last_file_seq
    orphans = [*(lake / LEDGER).glob(f"*{TEMPORARY_SUFFIX}"), marker]
    for file_seq, path in _numbered_files(lake, schemas):
        if file_seq > last_file_seq + 1 and not several:
            raise UserError(
                f"The ledger ends at delivery {last_file_seq}, but the lake holds "
                f"{path}: restore the newest ledger from a backup."
            )
        if file_seq > last_file_seq or path.suffix != ".parquet":
            orphans.append(path)
    for path in orphans:
        path.unlink(missing_ok=True)


def _numbered_files(
    lake: Path, schemas: Mapping[Path, pa.Schema]
) -> Iterator[tuple[int, Path]]:
    """Every file that carries a sequence number, finished or not, and the number."""
    for folder in schemas:
        for path in sorted((lake / folder).iterdir()):
            number = path.name.partition(".")[0]
            if number.isdecimal():
                yield int(number), path
