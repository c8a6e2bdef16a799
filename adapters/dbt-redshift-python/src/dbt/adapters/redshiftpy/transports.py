"""How rows travel between Redshift and this process: by S3, or over the connection."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError
from dbt.adapters.events.logging import AdapterLogger
from dbt.adapters.redshiftpy.results import Result
from dbt_common.exceptions import DbtRuntimeError

if TYPE_CHECKING:
    from dbt.adapters.redshiftpy.impl import RedshiftPyAdapter

_LOGGER = AdapterLogger("RedshiftPython")
_FETCHED_ROWS = 10_000
# The protocol counts a statement's parameters in 16 bits.
_MOST_PARAMETERS = 30_000
_MOST_INSERTED_ROWS = 1_000

Load = Callable[[str], None]


@contextmanager
def open_transport(
    adapter: "RedshiftPyAdapter",
) -> Iterator["S3Transport | ConnectionTransport"]:
    """The transport that the target is configured for; it takes its traces along."""
    staging = adapter.config.credentials.python_staging
    if not staging:
        yield ConnectionTransport(adapter)
        return
    transport = S3Transport(adapter, f"{staging.rstrip('/')}/{uuid.uuid4().hex}")
    try:
        yield transport
    except (BotoCoreError, ClientError) as error:
        raise DbtRuntimeError(f"S3 refused the staging of a model: {error}") from error
    finally:
        transport.clear()


class S3Transport:
    """UNLOAD and COPY through a folder of S3 that belongs to one run of one model.

    boto3 finds credentials and end point in the standard places; Redshift assumes the
    role of the target. No statement carries a key.
    """

    def __init__(self, adapter: "RedshiftPyAdapter", staging: str) -> None:
        credentials = adapter.config.credentials
        role = credentials.python_iam_role
        self._adapter = adapter
        self._staging = staging
        self._bucket, _, self._prefix = staging.removeprefix("s3://").partition("/")
        self._role = role if role == "default" else f"'{role}'"
        # Sessions, unlike clients, are not to be shared by threads.
        session = boto3.session.Session(region_name=credentials.region)
        self._s3 = session.client("s3")

    def fetch(self, relation: str, schema: pa.Schema, folder: Path) -> list[Path]:
        """Have Redshift unload the relation, and download what it wrote."""
        part = folder.name
        self._adapter.execute(
            f"unload ('select * from {relation.replace(chr(39), chr(39) * 2)}') "
            f"to '{self._staging}/{part}/' iam_role {self._role} format as parquet"
        )
        files = []
        for number, key in enumerate(self._keys(f"{self._prefix}/{part}/")):
            file = folder / f"{number:06d}.parquet"
            self._s3.download_file(self._bucket, key, str(file))
            files.append(file)
        return files

    def prepare(self, result: Result) -> Load:
        """Upload the result; what is returned copies it into a table."""
        key = f"{self._prefix}/result/{result.path.name}"
        if result.rows:
            self._s3.upload_file(str(result.path), self._bucket, key)
        nested = any(column.is_super for column in result.columns.values())

        def load(table: str) -> None:
            self._adapter.execute(
                f"copy {table} from 's3://{self._bucket}/{key}' "
                f"iam_role {self._role} format as parquet"
                + (" serializetojson" if nested else "")
            )

        return load

    def clear(self) -> None:
        """Delete the folder, and let go of S3. What a failure leaves is the bucket's
        to expire."""
        try:
            for key in self._keys(f"{self._prefix}/"):
                self._s3.delete_object(Bucket=self._bucket, Key=key)
        except (BotoCoreError, ClientError) as error:
            _LOGGER.warning(f"{self._staging} could not be cleared: {error}")
        self._s3.close()

    def _keys(self, prefix: str) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        return [
            found["Key"]
            for page in pages
            for found in page.get("Contents", ())
            if found["Size"]
        ]


class ConnectionTransport:
    """Rows over the SQL connection: needs no bucket, and suits thousands of rows, not
    millions. The driver holds a whole answer in memory."""

    def __init__(self, adapter: "RedshiftPyAdapter") -> None:
        self._adapter = adapter

    def fetch(self, relation: str, schema: pa.Schema, folder: Path) -> list[Path]:
        """Select the relation's rows into one file."""
        columns = ", ".join(f'"{name}"' for name in schema.names)
        _, cursor = self._adapter.connections.add_query(
            f"select {columns} from {relation}", auto_begin=False
        )
        file = folder / "rows.parquet"
        with pq.ParquetWriter(file, schema) as writer:
            while rows := cursor.fetchmany(_FETCHED_ROWS):
                arrays = [
                    pa.array(values, field.type)
                    for field, values in zip(
                        schema, zip(*rows, strict=True), strict=True
                    )
                ]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
        return [file]

    def prepare(self, result: Result) -> Load:
        """Nothing goes ahead of the table; what is returned inserts the rows."""

        def load(table: str) -> None:
            per_statement = min(
                _MOST_INSERTED_ROWS, _MOST_PARAMETERS // len(result.columns)
            )
            for batch in pq.ParquetFile(result.path).iter_batches(per_statement):
                self._insert(table, result, batch)

        return load

    def _insert(self, table: str, result: Result, batch: pa.RecordBatch) -> None:
        names = ", ".join(f'"{name}"' for name in result.columns)
        row = ", ".join(
            "json_parse(%s)" if column.is_super else "%s"
            for column in result.columns.values()
        )
        columns = [
            _as_json(values) if column.is_super else values.to_pylist()
            for values, column in zip(
                batch.columns, result.columns.values(), strict=True
            )
        ]
        bindings = [value for line in zip(*columns, strict=True) for value in line]
        self._adapter.connections.add_query(
            f"insert into {table} ({names}) values "
            + ", ".join([f"({row})"] * batch.num_rows),
            bindings=bindings,
            abridge_sql_log=True,
        )


def _as_json(column: pa.Array) -> list[str | None]:
    return [
        None if value is None else json.dumps(value, default=str)
        for value in column.to_pylist()
    ]
