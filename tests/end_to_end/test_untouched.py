"""What a delivery does not touch is left alone, and every mart is as a build from
nothing would make it."""

import json
from typing import Any

from orchestration.lib.environment import Environment
from orchestration.lib.full_refresh import compared_marts, differing_marts
from tests.end_to_end.conftest import Warehouse

SERVICE = ("generate", "--domain", "service", "--users", "300")
LISTENING = ("generate", "--domain", "listening", "--users", "150")


def nodes_run(warehouse: Warehouse) -> set[str]:
    """The names of the models and tests that the last dbt has run."""
    text = (warehouse.target / "run_results.json").read_text()
    return {each["unique_id"].split(".")[2] for each in json.loads(text)["results"]}


def differing(warehouse: Warehouse) -> list[str]:
    """The published marts that a build from nothing makes otherwise."""
    manifest: dict[str, Any] = json.loads(
        (warehouse.target / "manifest.json").read_text()
    )
    environment = Environment.from_variables(
        {"MUSIC_WAREHOUSE_DATA": str(warehouse.data)}
    )
    return differing_marts(environment, compared_marts(manifest))


def deliver(warehouse: Warehouse, name: str, *words: str) -> str:
    """Generate a delivery, take it in and build; what the build says."""
    landing = warehouse.data.with_name(name)
    warehouse.run(*words, "--out", str(landing))
    warehouse.run("ingest", str(landing))
    return warehouse.run("build")


def test_what_nothing_has_come_for_stays_and_is_right(warehouse: Warehouse) -> None:
    deliver(warehouse, "listening", *LISTENING)
    deliver(warehouse, "service", *SERVICE, "--days", "40")
    listening = {"country_profiles", "int_user_artist_plays", "dim_artists"}
    service = {"track_performance", "int_session_events", "churn_risk"}
    both = {"dim_users", "load_reconciliation", "stg_service__billing"}

    later = (*SERVICE, "--days", "2", "--from-day", "2026-07-01")
    assert "Nothing has come for" in deliver(warehouse, "more_service", *later)
    ran = nodes_run(warehouse)
    assert service | both <= ran
    assert listening & ran == set()
    assert differing(warehouse) == []

    others = warehouse.data.with_name("others")
    others.mkdir()
    rows = [f"{900_000 + number},Germany,{number + 5}" for number in range(40)]
    (others / "users.csv").write_text(
        "\n".join(["user_id,country,total_scrobbles", *rows, ""])
    )
    warehouse.run("ingest", str(others))
    assert "Nothing has come for" in warehouse.run("build")
    ran = nodes_run(warehouse)
    assert listening | both <= ran
    assert service & ran == set()
    assert differing(warehouse) == []

    warehouse.run("build", "--force")
    assert listening | service | both <= nodes_run(warehouse)
