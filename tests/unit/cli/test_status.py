"""What `status` shows of deliveries: which later ones have replaced, and which may
stop publication."""

import json
from dataclasses import asdict

import duckdb
import pytest

from music_warehouse.ingest import read_ledger
from music_warehouse.publish import Inputs, PublishedMart, Version, inputs
from music_warehouse.status import read_status


@pytest.fixture
def published(data):
    """Publish a `load_reconciliation` with these columns, built from the lake as it
    is now."""

    def published(columns: str, of_this_lake: bool = True) -> None:
        folder = data.published / "versions" / "000001-20240101T000000Z"
        folder.mkdir(parents=True)
        (data.published / "current").symlink_to(f"versions/{folder.name}")
        with duckdb.connect(str(folder / "marts.duckdb")) as marts:
            marts.execute(f"create table load_reconciliation as {columns}")
            mart = folder / "load_reconciliation.parquet"
            marts.execute(f"copy load_reconciliation to '{mart}'")
            ((rows,),) = marts.execute(
                "select count(*) from load_reconciliation"
            ).fetchall()
        entries = read_ledger(data)
        sha256 = inputs.ledger_sha256(entries) if of_this_lake else "another lake's"
        version = Version(
            id=folder.name,
            published_at="2024-01-01T00:00:00Z",
            invocation_id="run",
            dbt_version="1.11.0",
            inputs=Inputs(entries[-1].file_seq, sha256, "definitions"),
            database_sha256="",
            marts={"load_reconciliation": PublishedMart(rows, "")},
        )
        (folder / "version.json").write_text(json.dumps(asdict(version)))

    return published


TWO_FILES = "select unnest([1, 2]) as file_seq, unnest([5, 0]) as rows_replaced"


def test_replaced_rows_are_shown_and_blank_for_what_is_not_published(
    run, data, deliver, published
):
    deliver(7)
    deliver(5)
    published(TWO_FILES)
    deliver(4)

    assert read_status(data).replaced == {1: 5, 2: 0}
    table = run("status").out.splitlines()
    assert table[0] == f"Data folder: {data.root}"
    assert "loaded  of them replaced  rejected" in table[1]
    assert table[2].split()[3:7] == ["7", "7", "5", "0"]
    assert table[3].split()[3:7] == ["5", "5", "0", "0"]
    assert table[4].split()[3:6] == ["4", "4", "0"]


@pytest.mark.parametrize(
    ("columns", "of_this_lake"),
    [(TWO_FILES, False), ("select unnest([1, 2]) as file_seq", True)],
)
def test_counts_of_another_lake_or_of_an_older_mart_are_not_shown(
    run, data, deliver, published, columns, of_this_lake
):
    deliver(7)
    deliver(5)
    published(columns, of_this_lake)

    assert read_status(data).replaced == {}
    assert "replaced" not in run("status").out


def stopping(run) -> list[str]:
    words = "May stop publication: "
    lines = run("status").out.splitlines()
    return [line.removeprefix(words) for line in lines if line.startswith(words)]


def test_files_that_may_stop_publication_are_named_until_they_are_settled(
    run, data, deliver, tmp_path
):
    deliver(19, 1)
    deliver(18, 2)
    deliver(0, 1, state="rejected")
    assert stopping(run) == [
        "2 users_2.csv (10% of its rows rejected)",
        "3 users_3.csv (refused)",
    ]

    settings = tmp_path / "dbt_project.yml"
    settings.write_text("name: toy\nvars: {max_reject_share: 0.04}\n")
    assert [line[0] for line in stopping(run)] == ["1", "2", "3"]
    settings.write_text("name: toy\nvars: {toy: {accepted_files: [2]}}\n")
    assert [line[0] for line in stopping(run)] == ["3"]


def test_ingest_tells_what_will_stop_publication_and_a_mended_file_settles_it(
    run, data, tmp_path
):
    users = tmp_path / "users.csv"
    users.write_text("user_id,country,total_scrobbles\n1,Germany,7\n,Germany,7\n")
    half = run("ingest", users)
    assert half.status == 0
    assert "Stops publication: users.csv (50% of its rows rejected)." in half.out
    assert "`accepted_files: [1]` in dbt_project.yml" in half.out
    assert "comes again" not in half.out

    (tmp_path / "more").mkdir()
    refused = tmp_path / "more" / "users.csv"
    refused.write_text("who,where\n1,Germany\n")
    (tmp_path / "dbt_project.yml").write_text("vars: {accepted_files: [1]}\n")
    ended = run("ingest", refused, "--as", "listening.users")
    assert ended.status == 1
    assert "until it comes again under the same path, mended, or you" in ended.err
    assert "`accepted_files: [1, 2]` in dbt_project.yml" in ended.err
    assert stopping(run) == ["2 users.csv (missing_columns)"]

    refused.write_text("user_id,country,total_scrobbles\n2,Germany,7\n")
    assert "Stops publication" not in run("ingest", refused).out
    assert stopping(run) == []
