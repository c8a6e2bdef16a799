"""Python models of type `redshiftpy`: what they read, return, and leave behind."""

import math
import resource
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.redshift.python_models.conftest import READER, Built

COLUMNS = [
    "id",
    "flag",
    "small",
    "big",
    "exact",
    "wide",
    "ratio",
    "day",
    "moment",
    "zoned",
    "name",
]
ROWS = [
    (
        *(1, True, -32768, 2**63 - 1, Decimal("12345678901234.5678")),
        Decimal("-1234567890123456789012345678.0123456789"),
        *(0.1, date(2024, 2, 29), datetime(2024, 2, 29, 23, 59, 59, 999999)),
        datetime(2024, 2, 29, 18, 29, 59, 999999, tzinfo=UTC),
        'Ωß 𝄞 🎧 it\'s "quoted",\n',
    ),
    (
        *(2, False, 0, -(2**63) + 1, Decimal("-0.0001"), Decimal("0.0000000001")),
        *(math.nan, date(1900, 1, 1), datetime(1900, 1, 1)),
        *(datetime(1970, 1, 1, tzinfo=UTC), ""),
    ),
    (3, *[None] * 10),
]
TYPES = {
    "id": "integer",
    "flag": "boolean",
    "small": "smallint",
    "big": "bigint",
    "exact": "numeric(18,4)",
    "wide": "numeric(38,10)",
    "ratio": "double precision",
    "day": "date",
    "moment": "timestamp without time zone",
    "zoned": "timestamp with time zone",
    "name": "character varying(64)",
}
TRANSPORTS = ["s3", "connection"]
RETURNING = ["relation", "pandas", "arrow", "reader"]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("returning", RETURNING)
def test_every_type_arrives_as_it_left(
    built: Built, transport: str, returning: str
) -> None:
    found = built.ask(
        f"select {', '.join(COLUMNS)} from over_{transport}.returns_{returning} "
        "order by id"
    )
    assert comparable(found) == comparable(expected(returning))


@pytest.mark.parametrize("returning", ["relation", "arrow", "reader"])
def test_the_same_file_returns_the_same_rows_on_duckdb(
    built: Built, returning: str
) -> None:
    found = built.ask_duckdb(
        f"select {', '.join(COLUMNS)} from over_duckdb.returns_{returning} order by id"
    )
    assert comparable(found) == comparable(expected(returning))


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    "model", [*(f"returns_{r}" for r in RETURNING), "returns_no_rows"]
)
def test_columns_have_their_declared_types(
    built: Built, transport: str, model: str
) -> None:
    assert column_types(built, f"over_{transport}", model) == TYPES


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_an_empty_relation_is_read_and_an_empty_result_is_a_table(
    built: Built, transport: str
) -> None:
    assert built.ask(f"select count(*) from over_{transport}.returns_no_rows") == [(0,)]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_columns_without_a_declared_type_get_the_nearest(
    built: Built, transport: str
) -> None:
    assert column_types(built, f"over_{transport}", "undeclared") == {
        "flag": "boolean",
        "counted": "bigint",
        # 200 letters of four bytes each, and as much again to grow.
        "text": "character varying(1600)",
        "kind": "character varying(256)",
        "ratio": "double precision",
        "at": "timestamp with time zone",
    }
    found = built.ask(
        f"select flag, counted, text, kind, ratio, at from over_{transport}.undeclared "
        "order by kind"
    )
    assert found == [
        (True, 3, "𝄞" * 200, "a", 0.5, datetime(2024, 1, 1, tzinfo=UTC)),
        (False, 3, None, "b", None, None),
    ]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_sql_models_read_python_models(built: Built, transport: str) -> None:
    found = built.ask(f"select row_count, big_sum from over_{transport}.after_python")
    assert found == [(3, 0)]


def test_keys_grants_and_docs_apply(built: Built) -> None:
    [(sort_key, dist_style)] = built.ask(
        "select sortkey1, diststyle from svv_table_info "
        "where \"schema\" = 'over_s3' and \"table\" = 'configured'"
    )
    assert (sort_key, dist_style) == ("id", "KEY(id)")
    assert "compound sortkey(id,day)" in built.log("s3")
    assert built.ask(
        f"select has_table_privilege('{READER}', 'over_s3.configured', 'select'), "
        f"has_table_privilege('{READER}', 'over_s3.configured', 'insert')"
    ) == [(True, False)]
    assert built.ask(
        "select description from pg_description inner join pg_class "
        "on pg_class.oid = pg_description.objoid inner join pg_namespace "
        "on pg_namespace.oid = pg_class.relnamespace "
        "where nspname = 'over_s3' and relname = 'configured' order by objsubid"
    ) == [("Rows of it's own.",), ('The 1st column; "the" key',)]


def test_nothing_is_left_in_the_staging_folder(built: Built) -> None:
    storage = boto3.client(
        "s3",
        endpoint_url=built.environment["AWS_ENDPOINT_URL_S3"],
        region_name=built.environment["AWS_DEFAULT_REGION"],
        aws_access_key_id=built.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=built.environment["AWS_SECRET_ACCESS_KEY"],
    )
    left = storage.list_objects_v2(Bucket="warehouse", Prefix="python-models/")
    storage.close()
    assert left["KeyCount"] == 0


def test_no_secret_is_in_a_log(built: Built) -> None:
    secrets = ("REDSHIFT_PASSWORD", "AWS_SECRET_ACCESS_KEY")
    for target in TRANSPORTS:
        log = built.log(target)
        assert "unload" in log or target == "connection"
        for name in secrets:
            assert built.environment[name] not in log


def test_the_computation_is_in_no_transaction(built: Built) -> None:
    statements = [
        line.strip().lower() for line in built.log("s3").splitlines() if line.strip()
    ]
    unload = next(i for i, s in enumerate(statements) if "unload (" in s)
    before = [s for s in statements[:unload] if s in ("begin", "commit")]
    assert not before or before[-1] == "commit"


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("raises", "ValueError: the model gave up"),
        ("loses_column", "the declared columns id are missing, there are other"),
        ("too_long", "column name holds a text of 20 bytes and is varchar(16)"),
        ("no_integer", "value nan can't be cast"),
        ("fails_in_hook", "division by zero"),
    ],
)
def test_a_failing_model_says_why_and_leaves_the_former_table(
    built: Built, broken: str, model: str, told: str
) -> None:
    assert told in broken
    assert built.ask(f"select id from over_s3.{model}") == [(1,)]
    assert built.ask(
        "select count(*) from pg_tables where schemaname = 'over_s3' "
        f"and tablename like '{model}_%'"
    ) == [(0,)]


def test_a_traceback_begins_in_the_models_own_line(broken: str) -> None:
    _, _, shown = broken.partition("Traceback (most recent call last):\n")
    assert shown.lstrip().startswith("File")
    assert 'raises.py", line 6, in model' in shown.splitlines()[0]
    assert 'raise ValueError("the model gave up")' in shown.splitlines()[1]


@pytest.mark.sweep
def test_a_million_rows_pass_in_bounded_memory(built: Built) -> None:
    models = ["--select", "million_rows", "million_out", "--vars", "million: true"]
    # A dbt that is started already is no child of this process.
    new = replace(built, programs=Path(sys.executable).parent)
    ended = new.dbt("run", *models, target="s3")
    assert ended.returncode == 0, ended.stdout
    totals = "select count(*), count(distinct id), sum(id), max(text_3) from over_s3."
    found = built.ask(f"{totals}million_out")
    assert found == built.ask(f"{totals}million_rows")
    assert found[0][:2] == (1_000_000, 1_000_000)
    # dbt itself has 250 MB or so; the rows are 110 MB as text, more in Arrow.
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert most < 700e6


def expected(returning: str) -> list[tuple[Any, ...]]:
    """pandas has one word for NaN and NULL; DuckDB reads it as NULL."""
    if returning != "pandas":
        return ROWS
    return [
        tuple(None if isinstance(v, float) and math.isnan(v) else v for v in row)
        for row in ROWS
    ]


def comparable(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    """NaN equals nothing, not even NaN; moments of one instant are equal."""
    return [
        ["NaN" if isinstance(v, float) and math.isnan(v) else v for v in row]
        for row in rows
    ]


def column_types(built: Built, schema: str, table: str) -> dict[str, str]:
    return dict(
        built.ask(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            f"where attrelid = '{schema}.{table}'::regclass and attnum > 0 "
            "order by attnum"
        )
    )
