"""What a Python model returns, as one Parquet file that COPY takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from dbt.adapters.redshiftpy.column_types import (
    ColumnType,
    UnknownTypeError,
    declared_type,
    inferred_type,
)

_RETURNED = "_dbt_result"
_BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Result:
    """The rows of a model on disk, and the columns of the table they belong in."""

    path: Path
    columns: dict[str, ColumnType]
    rows: int


def write_result(
    session: duckdb.DuckDBPyConnection,
    returned: Any,
    declared: Mapping[str, str],
    path: Path,
) -> Result:
    """Write what a model returned, batch by batch.

    Columns are cast to their declared types (Redshift's, by lower-case name), others
    to the nearest that Redshift has. What DuckDB takes for NULL is NULL: a NaN of
    pandas, not one of Arrow. COPY matches columns by position and types strictly.

    Raises ValueError or duckdb.Error for columns that are missing or repeated, values
    that do not fit their type, and types that Redshift does not have.
    """
    relation = _relation(session, returned)
    found = _columns(relation, declared)
    given = {
        name: declared_type(declared[name]) if name in declared else None
        for name in found
    }
    casts = ", ".join(
        _cast(column, type_name, given[name], name)
        for name, (column, type_name) in found.items()
    )
    rows = _write(relation.project(casts).to_arrow_reader(_BATCH_ROWS), path)
    longest = _longest_texts(path) if rows else {}
    types = {
        name: given[name] or inferred_type(type_name, longest.get(name, 0))
        for name, (_, type_name) in found.items()
    }
    for name, column_type in types.items():
        most = column_type.most_bytes
        if most is not None and longest.get(name, 0) > most:
            raise ValueError(
                f"column {name} holds a text of {longest[name]} bytes and is "
                f"{column_type.redshift}"
            )
    return Result(path, types, rows)


def _relation(
    session: duckdb.DuckDBPyConnection, returned: Any
) -> duckdb.DuckDBPyRelation:
    if isinstance(returned, duckdb.DuckDBPyRelation):
        return returned
    # A reader may be an unfinished query of the session, which then runs no other.
    beside = session.cursor()
    beside.register(_RETURNED, returned)
    return beside.table(_RETURNED)


def _columns(
    relation: duckdb.DuckDBPyRelation, declared: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """The name in the relation and the DuckDB type of every column, by the name that
    Redshift gives it."""
    columns: dict[str, tuple[str, str]] = {}
    for column, duckdb_type in zip(relation.columns, relation.types, strict=True):
        if column.lower() in columns:
            raise ValueError(f"there are two columns {column.lower()}")
        columns[column.lower()] = column, str(duckdb_type)
    if missing := [name for name in declared if name not in columns]:
        raise ValueError(
            f"the declared columns {', '.join(missing)} are missing, there are "
            f"{', '.join(columns)}"
        )
    return columns


def _cast(column: str, duckdb_type: str, given: ColumnType | None, name: str) -> str:
    try:
        column_type = given or inferred_type(duckdb_type, 0)
    except UnknownTypeError as error:
        raise ValueError(f"column {name}: {error}") from error
    quoted = '"' + column.replace('"', '""') + '"'
    if column_type.duckdb and column_type.duckdb != duckdb_type:
        return f'cast({quoted} as {column_type.duckdb}) as "{name}"'
    return f'{quoted} as "{name}"'


def _write(reader: pa.RecordBatchReader, path: Path) -> int:
    rows = 0
    # pyarrow and not DuckDB: COPY refuses decimals that are stored as integers, see
    # https://github.com/G-Research/ParquetSharp/issues/252 for what it expects.
    with reader, pq.ParquetWriter(path, reader.schema, compression="snappy") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _longest_texts(path: Path) -> dict[str, int]:
    """The bytes of the longest text in every text column."""
    with duckdb.connect() as database:
        written = database.read_parquet(str(path))
        texts = [
            column
            for column, type_name in zip(written.columns, written.types, strict=True)
            if str(type_name) == "VARCHAR"
        ]
        if not texts:
            return {}
        lengths = ", ".join(f'coalesce(max(strlen("{text}")), 0)' for text in texts)
        [found] = written.aggregate(lengths).fetchall()
    return dict(zip(texts, found, strict=True))
