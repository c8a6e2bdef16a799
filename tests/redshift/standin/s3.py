"""COPY from S3 and UNLOAD to it: the objects."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from botocore.config import Config

from .columns import Mismatch, as_text, check_fit, unloaded_schema
from .messages import Field
from .transfers import Copy, Unload

ROWS_AT_ONCE = 50_000
# Two slices of a cluster write a file each, so that nobody counts on one.
SLICES = 2


@dataclass(frozen=True)
class Storage:
    """Where S3 is."""

    endpoint: str
    region: str = "us-east-1"

    def client(self) -> Any:
        """A client; what Redshift does by its role needs no keys of anybody's."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id="stand-in",
            aws_secret_access_key="stand-in",
            config=Config(s3={"addressing_style": "path"}, proxies={}),
        )


class MissingObjects(Exception):
    """There is nothing below a prefix."""


async def rows_of(
    storage: Storage, transfer: Copy, wanted: list[Field]
) -> AsyncIterator[bytes]:
    """The rows of the objects below a prefix, as CSV for PostgreSQL's COPY."""
    blocks = _blocks(storage, transfer, wanted)
    while True:
        block = await asyncio.to_thread(next, blocks, None)
        if block is None:
            return
        yield block


def _blocks(storage: Storage, transfer: Copy, wanted: list[Field]) -> Iterator[bytes]:
    client = storage.client()
    for bucket, key in _objects(client, transfer):
        body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        if transfer.file_format == "csv":
            lines = body.splitlines(keepends=True)
            yield b"".join(lines[transfer.header_lines :])
            continue
        file = pq.ParquetFile(io.BytesIO(body))
        check_fit(file.schema_arrow, wanted, transfer.serialize_to_json)
        for batch in file.iter_batches(ROWS_AT_ONCE):
            yield _as_csv(batch, wanted)


def _objects(client: Any, transfer: Copy) -> list[tuple[str, str]]:
    bucket, prefix = _split(transfer.uri)
    if transfer.is_manifest:
        manifest = json.load(client.get_object(Bucket=bucket, Key=prefix)["Body"])
        return [_split(entry["url"]) for entry in manifest["entries"]]
    keys = [key for key in _keys(client, bucket, prefix) if not key.endswith("/")]
    if not keys:
        raise MissingObjects(f"The specified S3 prefix '{prefix}' does not exist")
    return [(bucket, key) for key in keys]


def _split(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _keys(client: Any, bucket: str, prefix: str) -> list[str]:
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix
    )
    return [each["Key"] for page in pages for each in page.get("Contents", [])]


def _as_csv(batch: pa.RecordBatch, wanted: list[Field]) -> bytes:
    columns = [
        as_text(values, column)
        for values, column in zip(batch.columns, wanted, strict=True)
    ]
    table = pa.table(columns, names=[str(place) for place in range(len(columns))])
    sink = io.BytesIO()
    # NULL is nothing, and an empty text is quoted.
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="needed")
    arrow_csv.write_csv(table, sink, options)
    return sink.getvalue()


def write_objects(
    storage: Storage, transfer: Unload, given: list[Field], rows: list[bytes]
) -> None:
    """Write what a query gave, as CSV of PostgreSQL's, below the prefix."""
    client = storage.client()
    bucket, prefix = _split(transfer.uri)
    former = _keys(client, bucket, prefix)
    if former and not (transfer.may_overwrite or transfer.clean_path):
        raise FileExistsError(
            "Specified unload destination on S3 is not empty. Consider using a"
            " different bucket / prefix, manually removing the target files in S3, or"
            " using the ALLOWOVERWRITE option."
        )
    if transfer.clean_path:
        for key in former:
            client.delete_object(Bucket=bucket, Key=key)
    slices = SLICES if transfer.is_parallel else 1
    # COPY TO gives one message a row.
    shares = [rows[number::slices] for number in range(slices)]
    for number, share in enumerate(shares):
        if number and not share:
            continue
        if transfer.file_format == "csv":
            suffix, content = "", _csv(share, given, transfer)
        else:
            suffix, content = ".parquet", _parquet(share, given)
        key = f"{prefix}{number:04d}_part_00{suffix}"
        client.put_object(Bucket=bucket, Key=key, Body=content)


def _csv(rows: list[bytes], given: list[Field], transfer: Unload) -> bytes:
    names = ",".join(column.name for column in given)
    head = [f"{names}\n".encode()] if transfer.has_header else []
    return b"".join(head + rows)


def _parquet(rows: list[bytes], given: list[Field]) -> bytes:
    schema = unloaded_schema(given)
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, schema) as writer:
        for first in range(0, len(rows), ROWS_AT_ONCE):
            writer.write_table(
                _from_csv(b"".join(rows[first : first + ROWS_AT_ONCE]), schema)
            )
    return sink.getvalue()


def _from_csv(text: bytes, schema: pa.Schema) -> pa.Table:
    read_as = {
        column.name: pa.string() if _needs_reading(column.type) else column.type
        for column in schema
    }
    if len(read_as) < len(schema):
        raise Mismatch("two columns of the unloaded query have one name")
    table = arrow_csv.read_csv(
        io.BytesIO(text),
        arrow_csv.ReadOptions(column_names=schema.names, block_size=1 << 26),
        arrow_csv.ParseOptions(newlines_in_values=True),
        arrow_csv.ConvertOptions(
            column_types=read_as,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    columns = [_read(table[column.name], column.type) for column in schema]
    return pa.table(columns, schema=schema)


def _needs_reading(data_type: pa.DataType) -> bool:
    return pa.types.is_boolean(data_type) or pa.types.is_timestamp(data_type)


def _read(values: pa.ChunkedArray, data_type: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_boolean(data_type):
        return pa.chunked_array(
            [pa.array([v.as_py() and v.as_py() == "t" for v in values], data_type)],
            data_type,
        )
    if pa.types.is_timestamp(data_type):
        # The session is in UTC: a zone is written +00, which Arrow reads as +00:00.
        texts = pa.compute.replace_substring_regex(values, r"\+00$", "")
        return texts.cast(pa.timestamp("us")).cast(data_type)
    return values
