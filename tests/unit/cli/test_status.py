"""What `status` shows of deliveries that later ones have replaced."""

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
    assert "loaded  of them replaced  rejected" in table[0]
    assert table[1].split()[3:7] == ["7", "7", "5", "0"]
    assert table[2].split()[3:7] == ["5", "5", "0", "0"]
    assert table[3].split()[3:6] == ["4", "4", "0"]


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
