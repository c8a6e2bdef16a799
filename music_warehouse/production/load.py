"""Loading: deliveries of the lake on S3 into the raw tables of Redshift."""

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from music_warehouse.contracts import Contract, load_contracts
from music_warehouse.errors import UserError
from music_warehouse.ingest.lake import LEDGER
from music_warehouse.ingest.ledger import LedgerEntry
from music_warehouse.production.connection import Production, Session
from music_warehouse.production.lake_files import (
    files_of,
    production_schemas,
    raw_table,
)
from music_warehouse.production.raw_ledger import (
    add_later_columns,
    ledger_columns,
    loaded_entries,
)
from music_warehouse.production.s3_lake import (
    S3Folder,
    begins_with,
    changed,
    parquet_of,
    read_s3_ledger,
)

_LOCK = "load_lock"
_STAGING = "_staging"
_TYPES = {
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.timestamp("us"): "timestamp",
    pa.date32(): "date",
    pa.bool_(): "boolean",
}
# Texts made of delivered ones (normalised names, reasons) have no bound of their own.
_MOST_BYTES = 65_535


@dataclass(frozen=True)
class LoadReport:
    """What one load did: deliveries that are new in Redshift and their rows, and
    deliveries that were loaded anew because they have changed on S3 since."""

    deliveries: int
    rows: int
    rewritten: int = 0


def load(production: Production, lake: S3Folder) -> LoadReport:
    """Copy every delivery that Redshift does not have yet into its raw tables, and
    those that it has as they no longer are: a person was erased out of them.

    One transaction copies them and their rows of the ledger: a load that is
    interrupted loads nothing, one that is repeated finds nothing to do, and of two at
    once the second waits for the first. Raises UserError for a lake that is empty,
    lacks a file of a delivery, or is not the one loaded before.
    """
    schema = production.raw_schema
    with production.session() as session, _staging(lake) as staged:
        _create_tables(session, schema)
        with session.transaction():
            # Nothing else touches this table, so that no reader is held up.
            session.execute(f'lock "{schema}".{_LOCK}')
            entries = _deliveries(lake)
            loaded = loaded_entries(session, schema)
            if not begins_with(entries, loaded):
                raise UserError(
                    f'The schema "{schema}" was loaded from another lake than '
                    f"{lake.address}: name that one, or another REDSHIFT_RAW_SCHEMA."
                )
            new, rewritten = entries[len(loaded) :], changed(entries, loaded)
            _delete(session, schema, rewritten)
            _copy(session, production, lake, [*rewritten, *new], staged)
    rows = sum(entry.rows_loaded for entry in new)
    return LoadReport(len(new), rows, len(rewritten))


def _deliveries(lake: S3Folder) -> list[LedgerEntry]:
    entries = read_s3_ledger(lake)
    if not entries:
        raise UserError(
            f"{lake.address} holds no deliveries: run `music-warehouse ingest PATH "
            f"--lake {lake.address}`."
        )
    return entries


@contextmanager
def _staging(lake: S3Folder) -> Iterator[list[str]]:
    """The names of objects that are written for one load and deleted after it."""
    written: list[str] = []
    try:
        yield written
    finally:
        # What is loaded is loaded; the bucket's rules let the objects expire.
        with suppress(UserError):
            for name in written:
                lake.delete(name)


def _create_tables(session: Session, schema: str) -> None:
    schemas = production_schemas()
    if {_LOCK, *map(raw_table, schemas)} <= session.tables(schema):
        add_later_columns(session, schema)
        return
    session.execute(f'create schema if not exists "{schema}"')
    bounds = _bounds()
    with session.transaction():
        session.execute(
            f'create table if not exists "{schema}".{_LOCK} (nothing integer)'
        )
        for folder, columns in schemas.items():
            table = raw_table(folder)
            written = ", ".join(
                f'"{column.name}" ' + _type_of(column, bounds.get((table, column.name)))
                for column in columns
            )
            session.execute(
                f'create table if not exists "{schema}".{table} ({written}) '
                "sortkey (file_seq)"
            )


def _delete(session: Session, schema: str, entries: Sequence[LedgerEntry]) -> None:
    """Delete everything of deliveries, in whatever table of the lake it is."""
    if not entries:
        return
    numbers = ", ".join(str(entry.file_seq) for entry in entries)
    for table in map(raw_table, production_schemas()):
        session.execute(f'delete from "{schema}".{table} where file_seq in ({numbers})')


def _copy(
    session: Session,
    production: Production,
    lake: S3Folder,
    entries: Sequence[LedgerEntry],
    staged: list[str],
) -> None:
    if not entries:
        return
    schema = production.raw_schema
    contracts = load_contracts()
    files: dict[Path, list[str]] = {}
    for entry in entries:
        for file in files_of(entry, contracts):
            files.setdefault(file.parent, []).append(file.as_posix())
    staging = f"{_STAGING}/load-{uuid.uuid4().hex}"
    for folder, names in files.items():
        table = raw_table(folder)
        manifest = f"{staging}/{table}.manifest"
        staged.append(manifest)
        lake.write(manifest, _manifest(lake, folder, names))
        session.execute(
            f'copy "{schema}".{table} '
            f"from '{lake.uri(manifest)}' {production.copies_with()} "
            "format as parquet manifest"
        )
    ledger = f"{staging}/{LEDGER.name}.parquet"
    staged.append(ledger)
    lake.write(ledger, parquet_of(entries, ledger_columns(session, schema)))
    session.execute(
        f'copy "{schema}".{LEDGER.name} '
        f"from '{lake.uri(ledger)}' {production.copies_with()} format as parquet"
    )


def _manifest(lake: S3Folder, folder: Path, names: Sequence[str]) -> bytes:
    """A manifest for COPY, which wants the size of every columnar file."""
    sizes = lake.sizes(folder.as_posix())
    if missing := [name for name in names if name not in sizes]:
        raise UserError(
            f"{lake.uri(missing[0])} is missing: remove {lake.address}/ledger, and "
            "ingest again to write the lake anew."
        )
    return json.dumps(
        {
            "entries": [
                {
                    "url": lake.uri(name),
                    "mandatory": True,
                    "meta": {"content_length": sizes[name]},
                }
                for name in names
            ]
        }
    ).encode()


def _type_of(column: pa.Field, most_bytes: int | None) -> str:
    if pa.types.is_string(column.type):
        return f"varchar({most_bytes or _MOST_BYTES})"
    if pa.types.is_decimal(column.type):
        return f"decimal({column.type.precision},{column.type.scale})"
    return _TYPES[column.type]


def _bounds() -> dict[tuple[str, str], int]:
    """The lengths of texts that a contract bounds, by table and column."""
    contracts: Sequence[Contract] = list(load_contracts().values())
    return {
        (contract.raw_table, column.lake_name): column.max_bytes
        for contract in contracts
        for column in contract.columns
        if column.max_bytes is not None
    }
