"""Copies the marts out of the warehouse: a process of its own, `python -m` this.

It reads one JSON object from standard input (`warehouse`, `folder`, `marts`), opens the
warehouse read-only and prints one JSON object: per mart its rows, or `error`. Being
a process of its own it shares no DuckDB instance with the one in which dbt ran,
and its memory goes back to the system.
"""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb

# What BI drivers read without stumbling.
_COLUMN_TYPES = re.compile(
    r"BIGINT|INTEGER|DOUBLE|DECIMAL\(\d+,\d+\)|VARCHAR|BOOLEAN|DATE|TIMESTAMP"
)

# Clients of DuckDB 1.4 can open the file; one written by 2.0 as it comes they cannot.
_STORAGE_VERSION = "v1.4.0"


class UnpublishableError(Exception):
    """A sentence for the user, from this process to the one that started it."""


def main() -> None:
    """Run the order on standard input and print what came of it."""
    order = json.load(sys.stdin)
    try:
        answer: dict[str, Any] = {"rows": write_marts(**order)}
    except UnpublishableError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer))


def write_marts(
    warehouse: str, folder: str, marts: list[dict[str, Any]]
) -> dict[str, int]:
    """Write `marts.duckdb` and a Parquet file per mart; return the rows of each.

    Each mart is sorted once, into the database, and exported in that order.
    """
    spill = Path(folder, ".spill")
    connection = duckdb.connect(config={"temp_directory": str(spill)})
    # It would come before the answer: DuckDB draws on standard output, terminal or not.
    connection.execute("set enable_progress_bar = false")
    try:
        connection.execute(
            f"attach {_text(warehouse)} as {_catalog(warehouse)} (read_only)"
        )
    except duckdb.IOException as error:
        if "lock" in str(error):
            raise UnpublishableError(
                f"{warehouse} is being written: publish again when that has ended."
            ) from error
        raise
    for mart in marts:
        _require_plain_types(connection, mart)
    connection.execute(
        f"attach {_text(str(Path(folder, 'marts.duckdb')))} as published "
        f"(storage_version '{_STORAGE_VERSION}')"
    )
    rows = {mart["name"]: _write_mart(connection, folder, mart) for mart in marts}
    connection.close()
    shutil.rmtree(spill, ignore_errors=True)
    return rows


def _write_mart(
    connection: duckdb.DuckDBPyConnection, folder: str, mart: dict[str, Any]
) -> int:
    table = f"published.main.{_name(mart['name'])}"
    parquet = _text(str(Path(folder, f"{mart['name']}.parquet")))
    order_by = ", ".join(f"{_name(column)} nulls last" for column in mart["order_by"])
    connection.execute(
        f"create table {table} as select * from {mart['relation']} order by {order_by}"
    )
    _comment(connection, table, mart)
    connection.execute(
        f"copy {table} to {parquet} (format parquet, compression snappy)"
    )
    found = connection.execute(f"select count(*) from {table}").fetchone()
    return int(found[0]) if found else 0


def _comment(
    connection: duckdb.DuckDBPyConnection, table: str, mart: dict[str, Any]
) -> None:
    """Say in the database what the table and its columns mean; a column that is
    described and not there says nothing."""
    if mart["description"]:
        connection.execute(f"comment on table {table} is {_text(mart['description'])}")
    columns = connection.execute(f"describe {table}").fetchall()
    for column, *_ in columns:
        if description := mart["column_descriptions"].get(column):
            connection.execute(
                f"comment on column {table}.{_name(column)} is {_text(description)}"
            )


def _require_plain_types(
    connection: duckdb.DuckDBPyConnection, mart: dict[str, Any]
) -> None:
    columns = connection.execute(f"describe {mart['relation']}").fetchall()
    for column, column_type, *_ in columns:
        if not _COLUMN_TYPES.fullmatch(column_type):
            raise UnpublishableError(
                f"The column {mart['name']}.{column} is of type {column_type}, which "
                "BI tools do not read: cast it in the model."
            )


def _catalog(warehouse: str) -> str:
    """The name dbt-duckdb gives the database, after its file."""
    return _name(Path(warehouse).stem)


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(literal: str) -> str:
    return "'" + literal.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
