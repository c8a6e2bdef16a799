"""What a build is made from counts into what it is known by."""

from datetime import datetime
from importlib import metadata
from pathlib import Path

import pytest

from music_warehouse.ingest.ledger import LOADED, LedgerEntry
from music_warehouse.publish.inputs import inputs_of


@pytest.mark.parametrize(
    "engine",
    ["dbt-core", "dbt-duckdb", "duckdb", "dbt-redshift", "dbt-redshift-python"],
)
def test_another_version_of_an_engine_is_another_build(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "listening/users/a.csv"
    entry = LedgerEntry(
        *(1, "listening", "users", path, "a.csv", 9, "0" * 64, LOADED, 1),
        datetime(2026, 1, 1),
    )
    before = inputs_of([entry], tmp_path, {})
    assert inputs_of([entry], tmp_path, {}) == before
    installed = metadata.version
    monkeypatch.setattr(
        metadata,
        "version",
        lambda name: "another" if name == engine else installed(name),
    )
    assert inputs_of([entry], tmp_path, {}) != before
