"""The project as dbt sees it: its manifest, and its tables built without a row."""

import copy
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest

from music_warehouse.contracts import load_contracts
from music_warehouse.ingest.lake import lake_schemas, writing
from music_warehouse.ingest.ledger import Ledger

PROJECT = Path(__file__).parents[2]

Manifest = dict[str, Any]


@pytest.fixture(scope="session")
def built_project(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with every model built on an empty lake."""
    data = tmp_path_factory.mktemp("architecture")
    with writing(data / "lake", lake_schemas(load_contracts())):
        Ledger(data / "lake")
    ended = subprocess.run(
        [
            str(programs / "dbt"),
            *("--quiet", "--warn-error", "build", "--no-partial-parse"),
            *("--resource-type", "model", "--resource-type", "seed"),
        ],
        cwd=PROJECT,
        env={
            **os.environ,
            "MUSIC_WAREHOUSE_DATA": str(data),
            "DBT_TARGET_PATH": str(data / "target"),
            "DBT_LOG_PATH": str(data / "logs"),
            "DBT_LOG_LEVEL_FILE": "none",
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return data


@pytest.fixture(scope="session")
def read_manifest(built_project: Path) -> Manifest:
    """dbt's manifest, read once."""
    text = (built_project / "target" / "manifest.json").read_text(encoding="utf-8")
    manifest: Manifest = json.loads(text)
    return manifest


@pytest.fixture
def manifest(read_manifest: Manifest) -> Manifest:
    """A manifest that a test may plant an offence in."""
    return copy.deepcopy(read_manifest)


@pytest.fixture(scope="session")
def columns(built_project: Path) -> dict[str, list[str]]:
    """The columns of every table and view in the database, in their order."""
    with duckdb.connect(
        str(built_project / "warehouse.duckdb"), read_only=True
    ) as database:
        rows = database.execute(
            "select table_name, column_name from information_schema.columns "
            "order by table_schema, table_name, ordinal_position"
        ).fetchall()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found
