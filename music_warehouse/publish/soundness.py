"""Whether a published version's files are still what was published."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from music_warehouse.publish.versions import Version, damaged

_DATABASE = "marts.duckdb"
_THREADS = 2


def require_readable(folder: Path, version: Version) -> None:
    """Raise UserError where a file cannot be opened, or holds other tables or another
    number of rows than the version tells of: a torn or overwritten file, found in
    milliseconds. Single changed bytes in the middle are found by `is_as_published`.
    """
    try:
        with duckdb.connect(str(folder / _DATABASE), read_only=True) as marts:
            tables = marts.execute(
                "select table_name from duckdb_tables() where schema_name = 'main'"
            ).fetchall()
        rows = {
            name: pq.read_metadata(folder / f"{name}.parquet").num_rows
            for name in version.marts
        }
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise damaged(folder) from error
    if {name for (name,) in tables} != set(version.marts):
        raise damaged(folder)
    if any(mart.rows != rows[name] for name, mart in version.marts.items()):
        raise damaged(folder)


def is_as_published(folder: Path, version: Version) -> bool:
    """Whether every file has the bytes that were published: reads all of them."""
    expected = {
        folder / _DATABASE: version.database_sha256,
        **{
            folder / f"{name}.parquet": mart.parquet_sha256
            for name, mart in version.marts.items()
        },
    }
    try:
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(sha256_of, expected)) == list(expected.values())
    except OSError:
        return False


def sha256_of(file: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
