"""A tiny project as dbt leaves it: a warehouse, a manifest and run results."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from music_warehouse.paths import DataFolder


@dataclass
class BuiltProject:
    """One mart, `plays`, that a test has found to be unique by listener and day."""

    data: DataFolder
    target: Path
    root: Path

    def build(
        self,
        select: str = "select 2 as listener, date '2024-01-01' as day",
        change: Callable[[dict[str, Any], dict[str, Any]], None] | None = None,
    ) -> str:
        """Write mart and artefacts as `dbt build` does; return the invocation id."""
        started_at = time.time()
        self.data.root.mkdir(exist_ok=True)
        self.target.mkdir(exist_ok=True)
        with duckdb.connect(str(self.data.warehouse)) as connection:
            connection.execute("create schema if not exists marts")
            connection.execute("create schema if not exists staging")
            connection.execute(f"create or replace table marts.plays as {select}")
            connection.execute(
                "create or replace table staging.raw as select 1 as secret"
            )
        invocation_id = f"run-{time.time_ns()}"
        manifest, results = artefacts(invocation_id, started_at)
        if change is not None:
            change(manifest, results)
        (self.target / "manifest.json").write_text(json.dumps(manifest))
        (self.target / "run_results.json").write_text(json.dumps(results))
        return invocation_id


def artefacts(
    invocation_id: str, started_at: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of dbt's artefacts that publication reads."""

    def stamp(seconds: float) -> str:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")

    nodes: list[dict[str, Any]] = [
        {
            "unique_id": "model.toy.plays",
            "name": "plays",
            "resource_type": "model",
            "access": "public",
            "config": {"meta": {}},
            "relation_name": '"warehouse"."marts"."plays"',
            "description": "One row per listener's\n  day.\n",
            "columns": {
                "listener": {"data_type": "bigint", "description": "Who listened."},
                "day": {"description": ""},
                "gone": {"description": "A column that is not there."},
            },
        },
        {
            "unique_id": "model.toy.raw",
            "name": "raw",
            "resource_type": "model",
            "access": "protected",
            "config": {"meta": {}},
            "relation_name": '"warehouse"."staging"."raw"',
            "columns": {},
        },
        {
            "unique_id": "test.toy.plays_unique.1a",
            "name": "plays_unique",
            "resource_type": "test",
            "config": {"meta": {}},
            "attached_node": "model.toy.plays",
            "test_metadata": {
                "name": "unique_combination_of_columns",
                "kwargs": {"combination_of_columns": ["listener", "day"]},
            },
        },
    ]
    manifest = {
        "metadata": {"invocation_id": invocation_id},
        "nodes": {node["unique_id"]: node for node in nodes},
        "unit_tests": {"unit_test.toy.plays.ties": {}},
    }
    statuses = {
        "model.toy.plays": "success",
        "model.toy.raw": "success",
        "test.toy.plays_unique.1a": "pass",
        "unit_test.toy.plays.ties": "pass",
        "exposure.toy.report": "no-op",
    }
    results = {
        "metadata": {
            "invocation_id": invocation_id,
            "invocation_started_at": stamp(started_at),
            "generated_at": stamp(time.time()),
            "dbt_version": "1.11.0",
        },
        "args": {"which": "build", "vars": {}},
        "results": [
            {"unique_id": unique_id, "status": status}
            for unique_id, status in statuses.items()
        ],
    }
    return manifest, results


@pytest.fixture
def built(tmp_path: Path) -> BuiltProject:
    """A project in a folder of its own, built once."""
    root = tmp_path / "project"
    root.mkdir()
    project = BuiltProject(DataFolder(tmp_path / "data"), root / "target", root)
    project.build()
    return project


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that refuses symbolic links, as Windows may."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("A required privilege is not held by the client")

    monkeypatch.setattr(os, "symlink", refuse)
