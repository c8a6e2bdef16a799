"""What a model returns, on its way to a Parquet file."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dbt.adapters.redshiftpy.results import Result, write_result


@pytest.fixture
def session() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def write(
    session: duckdb.DuckDBPyConnection, returned: object, folder: Path, **types: str
) -> tuple[Result, pa.Table]:
    result = write_result(session, returned, types, folder / "result.parquet")
    return result, pq.read_table(result.path)


def test_decimals_are_stored_as_bytes_of_the_width_that_copy_expects(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    relation = session.sql("select 1.5 as a, 2 as b")
    write(session, relation, tmp_path, a="numeric(18,9)", b="numeric(38,0)")
    schema = pq.ParquetFile(tmp_path / "result.parquet").schema
    found = [(schema.column(i).physical_type, schema.column(i).length) for i in (0, 1)]
    assert found == [("FIXED_LEN_BYTE_ARRAY", 8), ("FIXED_LEN_BYTE_ARRAY", 16)]


def test_names_become_lower_case_and_keep_their_order(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    relation = session.sql("select 1 as \"User Id\", 'a' as Name")
    result, table = write(session, relation, tmp_path, name="varchar(8)")
    assert list(result.columns) == table.column_names == ["user id", "name"]


def test_names_that_differ_by_case_alone_are_refused(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    relation = session.sql('select 1 as a, 2 as "A"')
    with pytest.raises(ValueError, match="two columns a"):
        write(session, relation, tmp_path)


def test_a_nan_of_pandas_is_null_and_one_of_arrow_is_not(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    numbers = [1.0, float("nan"), None]
    _, from_pandas = write(session, pd.DataFrame({"x": numbers}), tmp_path)
    _, from_arrow = write(session, pa.table({"x": numbers}), tmp_path)
    assert from_pandas["x"].null_count == 2
    assert from_arrow["x"].null_count == 1


def test_moments_are_of_utc_to_the_microsecond(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    relation = session.sql("select timestamp '2024-01-01 01:02:03.000004' as at")
    _, table = write(session, relation, tmp_path, at="timestamptz")
    assert str(table.schema.field("at").type).startswith("timestamp[us, tz=")
    assert table["at"][0].value == 1_704_070_923_000_004


def test_nested_values_stay_nested(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    result, table = write(session, session.sql("select [1, 2] as v"), tmp_path)
    assert result.columns["v"].is_super
    assert table["v"].to_pylist() == [[1, 2]]


def test_a_result_that_is_a_reader_of_the_same_session_is_read_once(
    session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    reader = session.sql("select * from range(10) as t(n)").to_arrow_reader(3)
    result, table = write(session, reader, tmp_path, n="integer")
    assert result.rows == table.num_rows == 10


@pytest.mark.parametrize(
    ("returned", "types", "told"),
    [
        ({"a": [1]}, {"b": "integer"}, "declared columns b are missing"),
        ({"a": ["é" * 3]}, {"a": "varchar(5)"}, "6 bytes and is varchar"),
        ({"a": [300_000]}, {"a": "smallint"}, "smallint|INT16|range"),
        ({"a": [1]}, {"a": "geometry"}, "geometry"),
    ],
)
def test_a_result_that_does_not_fit_is_refused(
    session: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    returned: dict[str, list[object]],
    types: dict[str, str],
    told: str,
) -> None:
    with pytest.raises((ValueError, duckdb.Error), match=told):
        write(session, pa.table(returned), tmp_path, **types)
