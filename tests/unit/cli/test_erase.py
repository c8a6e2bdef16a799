"""`erase` with a real dbt, on a project with one mart of people."""

import re
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from music_warehouse.publish import current_version
from tests.unit.cli.toy_project import add_model

PERSON = "918273645546"
EMAIL = "zebedee.quux@canary.example"
HEADER = (
    "user_id,username,email,country,subscription_type,registration_date,age,gender\n"
)
PEOPLE = """
select user_key, email_masked
from read_parquet('{{ env_var("MUSIC_WAREHOUSE_DATA") }}/lake/service/users/*.parquet')
"""


@pytest.fixture
def published(run, project: Path, data) -> list[int]:
    """Two people, built and published: their keys, the erased one's first."""
    add_model(project, "people", PEOPLE, key="user_key")
    landing = data.landing / "service" / "users"
    landing.mkdir(parents=True)
    lines = [
        f"{user_id},somebody_{user_id},{email},Austria,free,2024-02-29,34,\n"
        for user_id, email in [(PERSON, EMAIL), ("2", "anna@x.org")]
    ]
    (landing / "a.csv").write_text(HEADER + "".join(lines))
    assert run("ingest", landing).status == 0
    built = run("build")
    assert built.status == 0, built.out + built.err
    (file,) = (data.lake / "service" / "users").glob("*1.parquet")
    return pq.read_table(file)["user_key"].to_pylist()


def people(data) -> list[int]:
    marts = current_version(data) / "marts.duckdb"
    with duckdb.connect(str(marts), read_only=True) as connection:
        rows = connection.execute("select user_key from people").fetchall()
    return [key for (key,) in rows]


def files_with_email(data) -> list[Path]:
    shown = re.compile(rb"z\*\*\*x@|zebedee")
    return [
        path
        for path in data.root.rglob("*")
        if path.is_file() and shown.search(path.read_bytes())
    ]


def test_an_erasure_reaches_what_is_published_at_once_or_when_it_is_repeated(
    run, data, project: Path, published
) -> None:
    assert files_with_email(data)
    model = project / "models" / "people.sql"
    model.write_text("select 1/")
    ended = run("erase", PERSON)
    assert (ended.status, "The build failed" in ended.err) == (1, True)
    assert "1 erasure is unfinished" in run("status").out
    assert sorted(people(data)) == sorted(published)
    model.write_text(PEOPLE)
    built = run("build")
    assert (built.status, "1 erasure is unfinished" in built.out) == (0, True)
    erased = run("erase", PERSON)
    assert erased.status == 0, erased.out + erased.err
    assert "every former version is removed" in erased.out
    assert people(data) == published[1:]
    assert len(list((data.published / "versions").iterdir())) == 1
    assert files_with_email(data) == []
    told = run("status").out
    assert ("suppressed" in told, "unfinished" in told) == (True, False)
