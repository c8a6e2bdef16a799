"""What the stand-in answers, through Redshift's own driver."""

import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import redshift_connector
from pyarrow.fs import S3FileSystem

from tests.redshift.engine import connect, tell

BUCKET = "warehouse"
DATABASE = "stand_in_itself"


@pytest.fixture(scope="module")
def environment(stand_in: dict[str, str]) -> dict[str, str]:
    """A database of these tests."""
    tell(stand_in, f"create database {DATABASE}")
    return {**stand_in, "REDSHIFT_DATABASE": DATABASE}


@pytest.fixture
def connection(
    environment: dict[str, str],
) -> Iterator[redshift_connector.Connection]:
    """A session."""
    with connect(environment) as opened:
        yield opened


def ask(connection: redshift_connector.Connection, sql: str) -> list[list[Any]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [list(row) for row in cursor.fetchall()]


def run(connection: redshift_connector.Connection, *statements: str) -> None:
    """Run statements."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("cast('ëëë' as varchar(5))", "ëë"),
        ("cast('🎧🎧' as varchar(7))", "🎧"),
        ("upper('ä')", "Ä"),
        ("7 / 2", 3),
        ("avg(n)", 1),
        ("datediff(month, cast('2024-01-31' as date), cast('2024-02-01' as date))", 1),
        ("datediff(day, cast('2024-01-31' as date), cast('2024-02-01' as date))", 1),
        ("extract(dow from cast('2024-03-03' as date))", 0),
        ("cast(dateadd(quarter, 1, cast('2024-01-31' as date)) as date) - n", None),
        ("len('ab ')", 3),
        ("concat('a', null)", None),
        ("nvl2(null, 'a', 'b')", "b"),
        ("decode(n, 1, 'one', 'other')", "one"),
        ("'a\\\\b'", "a\\b"),
    ],
)
def test_an_expression_means_what_it_means_on_redshift(
    expression: str, value: object, connection: redshift_connector.Connection
) -> None:
    grouped = "" if "avg" in expression else " group by n"
    sql = f"select {expression} as c from (select 1 as n) as t{grouped}"
    if value is None and "dateadd" in expression:
        (found,) = ask(connection, sql)[0]
        assert str(found) == "2024-04-29"
        return
    assert ask(connection, sql) == [[value]]


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("select cast(1 as decimal(5, 2)) / 3 as c", "a quotient of decimals"),
        ("select avg(cast(1 as decimal(5, 2))) as c", "the average of decimals"),
        ("select datediff(week, getdate(), getdate()) as c", "datediff in week"),
        ("select ifnull(1, 2) as c", "Redshift would refuse"),
    ],
)
def test_what_does_not_run_says_why(
    sql: str, why: str, connection: redshift_connector.Connection
) -> None:
    with pytest.raises(redshift_connector.ProgrammingError, match=why):
        ask(connection, sql)


def test_a_refusal_fails_its_transaction(
    connection: redshift_connector.Connection,
) -> None:
    connection.autocommit = False
    run(connection, "create table poisoned (a integer)")
    with pytest.raises(redshift_connector.ProgrammingError, match="would refuse"):
        ask(connection, "select ifnull(1, 2) as c")
    with pytest.raises(redshift_connector.ProgrammingError, match="aborted"):
        ask(connection, "select 1 as c")
    connection.rollback()
    with pytest.raises(redshift_connector.ProgrammingError, match="does not exist"):
        ask(connection, "select * from poisoned")


def test_listagg_sorts_and_percentiles_interpolate(
    connection: redshift_connector.Connection,
) -> None:
    run(
        connection,
        "create table listed (n integer)",
        "insert into listed values (2), (10), (1)",
    )
    listed = "listagg(n, '|') within group (order by n desc) as c"
    assert ask(connection, f"select {listed} from listed") == [["10|2|1"]]
    halves = "percentile_cont(0.75) within group (order by n) as c"
    assert ask(connection, f"select {halves} from listed") == [[6.0]]
    assert ask(connection, "select median(n) as c from listed") == [[2.0]]


def test_a_table_counts_bytes_whether_declared_or_selected(
    connection: redshift_connector.Connection,
) -> None:
    run(
        connection,
        "create table declared (s varchar(3))",
        "create table selected as select cast('ab' as varchar(3)) as s",
        "insert into declared values ('abc')",
    )
    for table in ("declared", "selected"):
        with pytest.raises(redshift_connector.Error, match="value too long"):
            run(connection, f"insert into {table} values ('ëë')")


def test_a_key_that_is_no_column_leaves_no_table(
    connection: redshift_connector.Connection,
) -> None:
    with pytest.raises(redshift_connector.ProgrammingError, match='"b" named in'):
        run(connection, "create table keyed distkey (b) as select 1 as a")
    with pytest.raises(redshift_connector.ProgrammingError, match="does not exist"):
        ask(connection, "select * from keyed")


def test_names_of_127_bytes_come_back_whole(
    connection: redshift_connector.Connection,
) -> None:
    name = "t" * 127
    run(connection, f"create table {name} as select 1 as {name}")
    with connection.cursor() as cursor:
        cursor.execute(f"select * from {name}")
        assert cursor.description[0][0] == name
    assert ask(
        connection, f"select tablename from pg_tables where tablename = '{name}'"
    ) == [[name]]


@pytest.fixture
def files(environment: dict[str, str]) -> S3FileSystem:
    """The S3 beside."""
    return S3FileSystem(
        endpoint_override=environment["AWS_ENDPOINT_URL_S3"],
        region=environment["AWS_DEFAULT_REGION"],
        access_key=environment["AWS_ACCESS_KEY_ID"],
        secret_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


EVERY_TYPE = pa.table(
    {
        "i": pa.array([1, None, -3], pa.int32()),
        "n": pa.array([2**62, None, 0], pa.int64()),
        "x": pa.array([0.1, None, float("nan")], pa.float64()),
        "f": pa.array([True, None, False], pa.bool_()),
        "s": pa.array(['a "quoted", one\nwith 🎧', None, ""], pa.string()),
        "d": pa.array([19000, None, -1], pa.date32()),
        "ts": pa.array([1_700_000_000_123_456, None, -1], pa.timestamp("us")),
    }
)
TABLE = (
    "(i integer, n bigint, x double precision, f boolean, s varchar(100), d date,"
    " ts timestamp)"
)


def test_copy_and_unload_carry_every_type(
    connection: redshift_connector.Connection, files: S3FileSystem
) -> None:
    prefix = f"{BUCKET}/{uuid.uuid4().hex}"
    files.create_dir(prefix)
    pq.write_table(EVERY_TYPE, f"{prefix}/in/0.parquet", filesystem=files)
    run(
        connection,
        f"create table every_type {TABLE}",
        f"copy every_type from 's3://{prefix}/in/' iam_role default parquet",
        f"unload ('select * from every_type') to 's3://{prefix}/out/'"
        " iam_role default parquet",
    )
    assert ask(connection, "select count(*), count(s) from every_type") == [[3, 2]]
    found = pq.read_table(f"{prefix}/out", filesystem=files).sort_by("i")
    assert str(found.to_pylist()) == str(EVERY_TYPE.sort_by("i").to_pylist())
    with pytest.raises(redshift_connector.ProgrammingError, match="is not empty"):
        run(
            connection,
            f"unload ('select 1 as a') to 's3://{prefix}/out/'"
            " iam_role default parquet",
        )


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ("(i bigint, n bigint)", "incompatible Parquet schema for column i"),
        ("(i integer)", "Unmatched number of columns"),
    ],
)
def test_copy_refuses_a_file_that_does_not_fit(
    declared: str,
    why: str,
    connection: redshift_connector.Connection,
    files: S3FileSystem,
) -> None:
    prefix = f"{BUCKET}/{uuid.uuid4().hex}"
    pq.write_table(
        EVERY_TYPE.select(["i", "n"]), f"{prefix}/0.parquet", filesystem=files
    )
    table = f"unfit_{len(declared)}"
    run(connection, f"create table {table} {declared}")
    with pytest.raises(redshift_connector.Error, match=why):
        run(connection, f"copy {table} from 's3://{prefix}/' iam_role default parquet")
    assert ask(connection, f"select count(*) from {table}") == [[0]]


def test_copy_belongs_to_the_transaction(
    connection: redshift_connector.Connection, files: S3FileSystem
) -> None:
    prefix = f"{BUCKET}/{uuid.uuid4().hex}"
    pq.write_table(EVERY_TYPE.select(["i"]), f"{prefix}/0.parquet", filesystem=files)
    run(connection, "create table rolled_back (i integer)")
    connection.autocommit = False
    run(connection, f"copy rolled_back from 's3://{prefix}/' iam_role default parquet")
    assert ask(connection, "select count(*) from rolled_back") == [[3]]
    connection.rollback()
    assert ask(connection, "select count(*) from rolled_back") == [[0]]


def test_copy_from_nowhere_fails(connection: redshift_connector.Connection) -> None:
    run(connection, "create table nowhere (i integer)")
    with pytest.raises(redshift_connector.Error, match="does not exist"):
        run(
            connection,
            f"copy nowhere from 's3://{BUCKET}/nowhere/' iam_role default parquet",
        )


def test_the_bucket_is_an_ordinary_one(environment: dict[str, str]) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL_S3"],
        region_name=environment["AWS_DEFAULT_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    buckets = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    client.close()
    assert buckets == [BUCKET]
