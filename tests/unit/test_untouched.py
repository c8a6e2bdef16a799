"""What deliveries touch, on a small graph."""

from datetime import datetime
from typing import Any

import pytest

from music_warehouse.ingest.ledger import LedgerEntry
from music_warehouse.untouched import arrived_in, untouched_by

READS = {
    "seed.toy.countries": [],
    "model.toy.stg_files": ["source.toy.deliveries.ledger"],
    "model.toy.stg_users": ["source.toy.listening.users", "model.toy.stg_files"],
    "model.toy.stg_events": ["source.toy.service.events", "model.toy.stg_files"],
    "model.toy.new_files": ["model.toy.stg_files"],
    "model.toy.dim_countries": ["seed.toy.countries"],
    "model.toy.users": ["model.toy.stg_users", "model.toy.dim_countries"],
    "model.toy.sessions": ["model.toy.stg_events", "model.toy.new_files"],
    "model.toy.dim_users": ["model.toy.users", "model.toy.sessions"],
    "model.toy.from_afar": [],
    "test.toy.key_of_users.1": ["model.toy.users"],
    "test.toy.users_have_sessions": ["model.toy.users", "model.toy.sessions"],
    "test.toy.raw_users.2": ["source.toy.listening.users"],
}
ALWAYS = {"stg_files", "stg_users", "stg_events", "new_files", "from_afar", "raw_users"}
LISTENING = {"users", "key_of_users"}
SERVICE = {"sessions"}
BOTH = {"dim_users", "users_have_sessions"}
SEEDED = {"countries", "dim_countries"}


@pytest.fixture
def manifest() -> dict[str, Any]:
    """Listeners and sessions, which are told of new files by a table of their own."""
    unmoved = {"model.toy.sessions": {"unmoved_by": ["new_files"]}}
    return {
        "sources": {
            f"source.toy.{source}.{name}": {"source_name": source, "name": name}
            for source, name in (
                ("deliveries", "ledger"),
                ("listening", "users"),
                ("service", "events"),
            )
        },
        "nodes": {
            unique_id: {
                "resource_type": unique_id.split(".")[0],
                "fqn": ["toy", "folder", unique_id.split(".")[2]],
                "config": {"meta": unmoved.get(unique_id, {})},
            }
            for unique_id in READS
        },
        "parent_map": READS,
    }


@pytest.mark.parametrize(
    ("arrived", "left_alone"),
    [
        ({"deliveries.ledger"}, LISTENING | SERVICE | BOTH | SEEDED),
        ({"deliveries.ledger", "listening.users"}, SERVICE | SEEDED),
        ({"deliveries.ledger", "service.events"}, LISTENING | SEEDED),
        ({"deliveries.ledger", "service.events", "listening.users"}, SEEDED),
    ],
)
def test_what_is_made_from_tables_without_news_is_left_alone(
    manifest: dict[str, Any], arrived: set[str], left_alone: set[str]
) -> None:
    found = untouched_by(arrived, manifest)

    assert {path.removeprefix("toy.folder.") for path in found.values()} == left_alone
    assert {unique_id.split(".")[2] for unique_id in found} == left_alone
    assert left_alone & ALWAYS == set()


def test_a_table_that_is_told_of_new_files_runs_unless_it_is_said_to_be_unmoved(
    manifest: dict[str, Any],
) -> None:
    manifest["nodes"]["model.toy.sessions"]["config"] = {}

    found = untouched_by({"deliveries.ledger", "listening.users"}, manifest)

    assert {unique_id.split(".")[2] for unique_id in found} == SEEDED


def entry(file_seq: int, table: str, state: str = "loaded", **rows: int) -> LedgerEntry:
    """A delivered file."""
    source, table_name = table.split(".")
    return LedgerEntry(
        file_seq=file_seq,
        source=source,
        table_name=table_name,
        file_path="file.csv",
        file_name="file.csv",
        file_bytes=1,
        file_sha256="0" * 64,
        state=state,
        contract_version=1,
        arrived_at=datetime(2026, 7, 1),
        line_count=sum(rows.values()),
        **rows,
    )


def test_only_later_deliveries_have_arrived_and_only_what_they_loaded() -> None:
    entries = [
        entry(1, "listening.users", rows_loaded=3),
        entry(2, "service.events", rows_loaded=2),
        entry(3, "service.billing", state="duplicate", rows_repeated=2),
    ]
    names = {"names.artist_spellings", "names.artist_credit_parts"}

    assert arrived_in(entries, 0) == {
        *("deliveries.ledger", "listening.users", "service.events"),
        *names,
    }
    assert arrived_in(entries, 1) == {"deliveries.ledger", "service.events", *names}
    assert arrived_in(entries, 2) == {"deliveries.ledger"}


def test_rejected_rows_and_files_arrive_among_the_rejects() -> None:
    some = [entry(1, "service.events", rows_loaded=2, rows_rejected=1)]
    whole = [entry(1, "service.events", state="rejected")]

    assert "deliveries.rejects" in arrived_in(some, 0)
    assert arrived_in(whole, 0) == {"deliveries.ledger", "deliveries.rejects"}
