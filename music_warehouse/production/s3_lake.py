"""The lake on S3: a copy of the local one that Redshift can read.

Same tables, same file names, same rows; the files are compressed with Snappy, for
Redshift documents no reading of Zstandard
(https://docs.aws.amazon.com/redshift/latest/dg/c-spectrum-data-files.html).
"""

import io
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError

from music_warehouse.contracts import load_contracts
from music_warehouse.errors import UserError
from music_warehouse.ingest.lake import LEDGER, LEDGER_FILE, LEDGER_SCHEMA, reading
from music_warehouse.ingest.ledger import (
    LedgerEntry,
    read_ledger,
    with_later_columns,
)
from music_warehouse.paths import DataFolder
from music_warehouse.production.lake_files import files_of, production_schemas
from music_warehouse.progress import meter

LAKE_VARIABLE = "MUSIC_WAREHOUSE_LAKE"
_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]+)(?:/([\w!.*()/=-]*))?")
_LEDGER_KEY = (LEDGER / LEDGER_FILE).as_posix()


@dataclass(frozen=True)
class MirrorReport:
    """How many deliveries one mirroring added, how many it wrote anew because they
    have changed here since, and the files of both."""

    deliveries: int
    files: int
    rewritten: int = 0


class S3Folder:
    """A folder of S3; `with` closes its connections.

    boto3 finds credentials, region and end point in the standard places. A refusal of
    S3's is a UserError.
    """

    def __init__(self, address: str) -> None:
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise UserError(f"{address} is no folder of S3: write s3://bucket/prefix.")
        self.address = address.rstrip("/")
        self._bucket = found[1]
        self._prefix = (found[2] or "").strip("/")
        with self._told():
            self._client = boto3.session.Session().client("s3")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def uri(self, name: str) -> str:
        """The address of an object in the folder."""
        return f"{self.address}/{name}"

    def read(self, name: str) -> bytes | None:
        """The content of an object; None where there is none."""
        with self._told():
            try:
                found = self._client.get_object(
                    Bucket=self._bucket, Key=self._key(name)
                )
            except self._client.exceptions.NoSuchKey:
                return None
            content: bytes = found["Body"].read()
        return content

    def write(self, name: str, content: bytes) -> None:
        """Put a small object; it appears whole."""
        with self._told():
            self._client.put_object(
                Bucket=self._bucket, Key=self._key(name), Body=content
            )

    def upload(self, path: Path, name: str) -> None:
        """Put a file of any size; it appears whole."""
        with self._told():
            self._client.upload_file(str(path), self._bucket, self._key(name))

    def delete(self, name: str) -> None:
        """Remove an object, if it is there."""
        with self._told():
            self._client.delete_object(Bucket=self._bucket, Key=self._key(name))

    def sizes(self, folder: str) -> dict[str, int]:
        """The bytes of every object below a folder, by name."""
        prefix = self._key(folder) + "/"
        start = len(self._key(""))
        found: dict[str, int] = {}
        with self._told():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix
            )
            for page in pages:
                for each in page.get("Contents", ()):
                    found[each["Key"][start:]] = each["Size"]
        return found

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, boto3.exceptions.Boto3Error) as error:
            reason = " ".join(str(error).split()).rstrip(".")
            raise UserError(f"{self.address} cannot be used: {reason}.") from error


def read_s3_ledger(lake: S3Folder) -> list[LedgerEntry]:
    """Every delivery that the lake on S3 holds, in the order of arrival."""
    content = lake.read(_LEDGER_KEY)
    if content is None:
        return []
    try:
        table = with_later_columns(pq.read_table(io.BytesIO(content)))
        return [LedgerEntry(**row) for row in table.to_pylist()]
    except (pa.ArrowException, KeyError) as error:
        raise UserError(
            f"The ledger {lake.uri(_LEDGER_KEY)} is damaged: remove it, and ingest "
            "again to write the lake anew."
        ) from error


def mirror(data: DataFolder, lake: S3Folder) -> MirrorReport:
    """Bring the lake on S3 up to the local one.

    The ledger is written last: what an interrupted mirroring leaves is not in it, and
    is overwritten by the next. Deliveries out of which a person was erased take the
    place of what they were. Raises UserError where the two are not of one history.
    """
    with reading(data.lake):
        entries, there = read_ledger(data), read_s3_ledger(lake)
        if not begins_with(entries, there):
            raise UserError(
                f"{lake.address} holds other deliveries than {data.lake}: name another "
                "folder for this lake."
            )
        added = entries[len(there) :]
        rewritten = changed(entries, there)
        if not (added or rewritten):
            return MirrorReport(0, 0)
        contracts = load_contracts()
        files = [
            file
            for entry in (*rewritten, *added)
            for file in files_of(entry, contracts)
        ]
        schemas = production_schemas()
        with (
            tempfile.TemporaryDirectory() as folder,
            meter("Uploading", len(files)) as progress,
        ):
            for file in files:
                converted = Path(folder, "converted.parquet")
                _convert(data.lake / file, converted, schemas[file.parent])
                lake.upload(converted, file.as_posix())
                progress.advance(1)
        lake.write(_LEDGER_KEY, parquet_of(entries))
    return MirrorReport(len(added), len(files), len(rewritten))


def begins_with(entries: Sequence[LedgerEntry], former: Sequence[LedgerEntry]) -> bool:
    """Whether `former` is how the ledger `entries` began."""
    begun = entries[: len(former)]
    return [identity(entry) for entry in begun] == [identity(entry) for entry in former]


def changed(
    entries: Sequence[LedgerEntry], former: Sequence[LedgerEntry]
) -> list[LedgerEntry]:
    """The entries that say another thing of their delivery than those of `former`, of
    which they are a continuation: an erasure has rewritten what it left."""
    pairs = zip(entries, former, strict=False)
    return [entry for entry, was in pairs if entry != was]


def parquet_of(
    entries: Sequence[LedgerEntry], columns: Sequence[str] = LEDGER_SCHEMA.names
) -> bytes:
    """Entries of the ledger as a file that COPY takes, into a table with these
    columns in this order."""
    rows = [vars(entry) for entry in entries]
    sink = io.BytesIO()
    table = pa.Table.from_pylist(rows, schema=LEDGER_SCHEMA).select(columns)
    pq.write_table(table, sink, compression="snappy", store_schema=False)
    return sink.getvalue()


def identity(entry: LedgerEntry) -> tuple[Any, ...]:
    """What tells a delivery from every other, and what became of it."""
    return (
        entry.file_seq,
        entry.source,
        entry.table_name,
        entry.file_sha256,
        entry.state,
    )


def _convert(path: Path, converted: Path, schema: pa.Schema) -> None:
    """Write a file of the lake again, with production's columns and compression."""
    try:
        with (
            pq.ParquetFile(path) as given,
            pq.ParquetWriter(
                converted, schema, compression="snappy", store_schema=False
            ) as writer,
        ):
            for batch in given.iter_batches(columns=schema.names):
                writer.write_batch(batch.select(schema.names).cast(schema))
    except FileNotFoundError as error:
        raise UserError(
            f"{path} is missing: restore it from a backup, or remove the lake and "
            "ingest again."
        ) from error
