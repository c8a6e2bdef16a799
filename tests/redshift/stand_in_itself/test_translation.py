"""What the stand-in runs, refuses as Redshift does, or cannot show, by statement."""

import re

import pytest

from music_warehouse.errors import UserError
from tests.redshift.gate import check_sql
from tests.redshift.gate.reference import FUNCTIONS
from tests.redshift.planted import OFFENCES, VALID
from tests.redshift.standin import postgres
from tests.redshift.standin.lexical import Names
from tests.redshift.standin.outcome import Limitation, Rejected
from tests.redshift.standin.refusals import EMULATED_FUNCTIONS, STRICTER_THAN_REDSHIFT
from tests.redshift.standin.transfers import Copy, Unload
from tests.redshift.standin.translation import translate

# The gate finds these by the types of columns, which a statement does not tell.
NEEDS_TYPES = {
    "average",
    "boolean-aggregate",
    "boolean-text",
    "decimal-division",
    "float-text",
    "inferred-width",
    "logarithm",
    "unrounded-cast",
}


@pytest.mark.parametrize(("code", "sql"), OFFENCES)
def test_what_redshift_would_refuse_never_runs(code: str, sql: str) -> None:
    if code in STRICTER_THAN_REDSHIFT | NEEDS_TYPES:
        return
    with pytest.raises((Rejected, Limitation)):
        translate(sql, Names())


@pytest.mark.parametrize("sql", VALID)
def test_what_redshift_takes_is_never_refused_in_its_name(sql: str) -> None:
    try:
        translate(sql, Names())
    except Limitation as limitation:
        assert str(limitation)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("select farmfingerprint64(s) as c from t", "the function farmfingerprint64()"),
        ("select lag(b) ignore nulls over (order by a) as c from t", "ignore nulls"),
        ("select try_cast(s as integer) as c from t", "try_cast"),
        ("select a, count(*) as n from t group by all", "group by all"),
        ("select * exclude a from t", "select * exclude"),
        ("alter table t alter column s type varchar(99)", "altering the type"),
        ("alter table t alter diststyle all", "altering keys"),
        ("copy t from 's3://b/p' iam_role default json 'auto'", "the option json"),
        ("unload ('select 1') to 's3://b/p' iam_role default", "other formats"),
        ("create materialized view v as select a from t", "materialized views"),
    ],
)
def test_what_cannot_be_emulated_fails_loudly(sql: str, why: str) -> None:
    with pytest.raises(Limitation, match=re.escape(why)):
        translate(sql, Names())


@pytest.mark.parametrize(
    "sql",
    [
        "copy t from 's3://b/p' format as parquet",
        "unload ('select 1') to 's3://b/p' format as parquet",
    ],
)
def test_a_transfer_needs_a_role(sql: str) -> None:
    with pytest.raises(Rejected, match="iam_role"):
        translate(sql, Names())


def test_a_copy_is_read() -> None:
    sql = (
        "copy \"raw\".users (a, b) from 's3://b/p/' iam_role default csv ignoreheader 1"
    )
    copy = translate(sql, Names()).transfer
    assert isinstance(copy, Copy)
    assert (copy.table, copy.columns, copy.uri) == ('"raw".users', "a, b", "s3://b/p/")
    assert (copy.file_format, copy.header_lines) == ("csv", 1)


def test_the_query_of_an_unload_is_translated() -> None:
    sql = (
        "unload ('select cast(s as varchar(3)) as s from t where s = ''a''')"
        " to 's3://b/p' iam_role 'arn:aws:iam::1:role/r' parquet allowoverwrite"
    )
    unload = translate(sql, Names()).transfer
    assert isinstance(unload, Unload)
    assert "cut_to_bytes" in unload.query.lower()
    assert "= 'a'" in unload.query
    assert unload.may_overwrite


def test_quoted_names_are_folded_and_texts_are_not() -> None:
    assert '"ab"' in translate("select \"AB\", 'AB' as c from t", Names()).sql
    assert "'AB'" in translate("select \"AB\", 'AB' as c from t", Names()).sql


def test_long_names_are_shortened_alike_in_ddl_and_catalogs_and_put_back() -> None:
    names, long = Names(), "n" * 100
    table = translate(f"create table {long} (a integer)", names).sql
    query = f"select 1 from pg_tables where tablename = '{long}'"
    short = names.shortened(long)
    assert len(short.encode()) <= 63
    assert short in table
    assert f"'{short}'" in translate(query, names).sql
    assert names.restored(short.encode()) == long.encode()


def test_keys_are_taken_out_and_kept() -> None:
    statement = translate(
        "create table t diststyle key distkey (a) sortkey (b, a) as select a, b from u",
        Names(),
    )
    assert "distkey" not in statement.sql.lower()
    assert statement.after == [
        "select redshift.created('\"t\"', 'key', 'a', 'b,a', null)"
    ]


def test_a_plain_query_passes_as_it_is() -> None:
    sql = "select a, sum(b) as total from t group by a order by total desc"
    statement = translate(sql, Names())
    assert statement.help == []
    assert statement.sql.lower() == sql
    assert check_sql(sql) == []


def test_every_emulated_function_is_a_documented_one() -> None:
    assert set(FUNCTIONS) >= EMULATED_FUNCTIONS
    assert len(EMULATED_FUNCTIONS) > 80


def test_without_postgresql_there_is_one_clear_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres, "BINARIES", [])
    with pytest.raises(UserError, match="run `make redshift-stand-in`"):
        postgres.binaries()
