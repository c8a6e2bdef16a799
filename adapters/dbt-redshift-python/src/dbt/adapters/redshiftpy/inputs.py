"""What a Python model reads: relations of Redshift as relations of DuckDB."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import duckdb
import pyarrow as pa
from dbt.adapters.redshiftpy.column_types import UnknownTypeError, catalogued_type
from dbt_common.exceptions import DbtRuntimeError

if TYPE_CHECKING:
    from dbt.adapters.redshiftpy.impl import RedshiftPyAdapter

_PARTS = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')
_NAIVE, _ZONED = "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"


class Fetches(Protocol):
    """Whatever brings the rows of a relation here, as Parquet files."""

    def fetch(self, relation: str, schema: pa.Schema, folder: Path) -> list[Path]:
        """Write the rows of a relation into an empty folder; no file for no rows."""
        ...


class Inputs:
    """The relations of one model, each fetched once, when it is first asked for."""

    def __init__(
        self,
        adapter: "RedshiftPyAdapter",
        session: duckdb.DuckDBPyConnection,
        transport: Fetches,
        work: Path,
    ) -> None:
        self._adapter = adapter
        self._session = session
        self._transport = transport
        self._work = work
        self._views: dict[str, str] = {}

    def relation(self, name: str) -> duckdb.DuckDBPyRelation:
        """What `dbt.ref()` and `dbt.source()` return for a relation's full name."""
        if name not in self._views:
            self._views[name] = self._fetch(name, f"_dbt_input_{len(self._views)}")
        return self._session.table(self._views[name])

    def _fetch(self, name: str, view: str) -> str:
        types = self._types(name)
        folder = self._work / view
        folder.mkdir()
        files = self._transport.fetch(name, self._arrow_schema(types), folder)
        if files:
            rows = self._session.read_parquet([str(file) for file in files])
        else:
            nothing = ", ".join(f"null as {_quoted(column)}" for column in types)
            rows = self._session.sql(f"select {nothing} where false")
        found = dict(zip(rows.columns, map(str, rows.types), strict=True))
        columns = [
            f"{_cast(column, found[column], wanted)} as {_quoted(column)}"
            for column, wanted in types.items()
        ]
        rows.project(", ".join(columns)).create_view(view)
        return view

    def _types(self, name: str) -> dict[str, str]:
        """The DuckDB type of every column of a relation. Those of the Parquet files
        are not enough: UNLOAD leaves none where there are no rows."""
        parts = [quoted or plain for quoted, plain in _PARTS.findall(name)]
        # Two parts where the project leaves the database out.
        database, schema, identifier = [None, *parts][-3:]
        relation = self._adapter.Relation.create(
            database=database or self._adapter.config.credentials.database,
            schema=schema,
            identifier=identifier,
        )
        types = {}
        for column in self._adapter.get_columns_in_relation(relation):
            try:
                found = catalogued_type(column.data_type)
            except UnknownTypeError as error:
                raise DbtRuntimeError(
                    f"A Python model cannot read {name}: {error} (column {column.name})"
                ) from error
            # SUPER arrives as the text of its JSON.
            types[column.name] = found.duckdb or "VARCHAR"
        if not types:
            raise DbtRuntimeError(
                f"A Python model cannot read {name}: it has no columns"
            )
        return types

    def _arrow_schema(self, types: dict[str, str]) -> pa.Schema:
        columns = ", ".join(
            f"cast(null as {type_name}) as {_quoted(column)}"
            for column, type_name in types.items()
        )
        return (
            self._session.sql(f"select {columns} where false").to_arrow_table().schema
        )


def _cast(column: str, found: str, wanted: str) -> str:
    name = _quoted(column)
    if found == wanted:
        return name
    if wanted == _ZONED and found == _NAIVE:
        # UNLOAD writes moments as UTC, whatever the session's zone.
        return f"timezone('UTC', {name})"
    return f"cast({name} as {wanted})"


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
