"""Names of types, there and back."""

import pytest
from dbt.adapters.redshiftpy.column_types import (
    UnknownTypeError,
    catalogued_type,
    declared_type,
    inferred_type,
)


@pytest.mark.parametrize(
    ("name", "duckdb", "most_bytes"),
    [
        ("bigint", "BIGINT", None),
        ("INT4", "INTEGER", None),
        ("double  precision", "DOUBLE", None),
        ("numeric(12, 2)", "DECIMAL(12,2)", None),
        ("decimal(9)", "DECIMAL(9,0)", None),
        # The default of DDL.
        ("decimal", "DECIMAL(18,0)", None),
        ("varchar", "VARCHAR", 256),
        ("varchar(max)", "VARCHAR", 65_535),
        ("character varying(12)", "VARCHAR", 12),
        ("char(3)", "VARCHAR", 3),
        ("timestamp", "TIMESTAMP", None),
        ("timestamp(6) without time zone", "TIMESTAMP", None),
        ("timestamp with time zone", "TIMESTAMP WITH TIME ZONE", None),
        ("varbyte(100)", "BLOB", None),
        ("super", None, None),
    ],
)
def test_declared_types_are_carried_by_duckdbs(
    name: str, duckdb: str | None, most_bytes: int | None
) -> None:
    found = declared_type(name)
    assert (found.duckdb, found.most_bytes) == (duckdb, most_bytes)


@pytest.mark.parametrize("name", ["geometry", "hllsketch", "uuid", "int[]", ""])
def test_a_type_that_nothing_carries_is_refused(name: str) -> None:
    with pytest.raises(UnknownTypeError):
        declared_type(name)


def test_a_decimal_of_the_catalogue_has_digits() -> None:
    assert catalogued_type("numeric(20,5)").duckdb == "DECIMAL(20,5)"
    with pytest.raises(UnknownTypeError, match="digits"):
        catalogued_type("numeric")


@pytest.mark.parametrize(
    ("duckdb", "longest", "redshift"),
    [
        ("UTINYINT", 0, "smallint"),
        ("HUGEINT", 0, "numeric(38,0)"),
        ("DECIMAL(10,2)", 0, "numeric(10,2)"),
        ("TIMESTAMP_NS", 0, "timestamp"),
        ("TIMESTAMP WITH TIME ZONE", 0, "timestamptz"),
        ("VARCHAR", 10, "varchar(256)"),
        ("VARCHAR", 1000, "varchar(2000)"),
        ("VARCHAR", 60_000, "varchar(65535)"),
        ("ENUM('a', 'b')", 1, "varchar(256)"),
        ("UUID", 36, "varchar(256)"),
        ("INTEGER[]", 0, "super"),
        ("FLOAT[50]", 0, "super"),
        ("STRUCT(a INTEGER)", 0, "super"),
        ("MAP(VARCHAR, INTEGER)", 0, "super"),
    ],
)
def test_undeclared_columns_get_the_nearest_type(
    duckdb: str, longest: int, redshift: str
) -> None:
    assert inferred_type(duckdb, longest).redshift == redshift


def test_an_interval_is_refused() -> None:
    with pytest.raises(UnknownTypeError, match="INTERVAL"):
        inferred_type("INTERVAL", 0)
