"""The graph that a person sees: everything there is, once, and what runs by itself."""

import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from packaging.version import Version

from music_warehouse.errors import UserError
from music_warehouse.retraining import WHEN_DUE
from orchestration.__main__ import prepare
from orchestration.definitions import definitions_of
from orchestration.defs.jobs import FROM_THE_START
from orchestration.defs.warehouse import DbtHere
from orchestration.lib.environment import ROOT, Environment
from orchestration.lib.manifest import read_manifest
from orchestration.lib.selection import public_models, trained_models


def shown(definitions: dg.Definitions) -> list[str]:
    """dbt's unique ids of all assets and checks, as often as they are there."""
    found = []
    for asset in definitions.assets or []:
        if isinstance(asset, dg.AssetsDefinition):
            for spec in (*asset.specs, *asset.check_specs):
                if unique_id := (spec.metadata or {}).get("dagster_dbt/unique_id"):
                    found.append(str(unique_id))
    return found


def test_every_model_seed_and_data_test_is_there_once(
    definitions: dg.Definitions, manifest: dict[str, Any]
) -> None:
    expected = sorted(
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed", "snapshot", "test")
    )

    assert len(expected) > 150
    assert sorted(shown(definitions)) == expected


def test_the_graph_has_no_node_that_nobody_made(
    definitions: dg.Definitions, manifest: dict[str, Any]
) -> None:
    """A key that is read and not defined would show as a stray, external node."""
    graph = definitions.resolve_asset_graph()
    keys = graph.get_all_asset_keys()
    landing = {key for key in keys if key.path[0] == "landing"}
    external = {key for key in keys if not graph.get(key).is_materializable}
    sources = {
        dg.AssetKey([source["source_name"], source["name"]])
        for source in manifest["sources"].values()
    }

    assert external == landing
    assert sources <= graph.materializable_asset_keys
    assert {key for key in keys if not graph.get(key).parent_keys} == landing | {
        dg.AssetKey([node["config"]["schema"], node["name"]])
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        and not node["depends_on"].get("nodes")
    }
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.group_name != "default", key
        assert node.description, key
        assert node.kinds, key


def test_models_have_the_groups_and_owners_of_dbt(
    definitions: dg.Definitions, manifest: dict[str, Any]
) -> None:
    graph = definitions.resolve_asset_graph()
    owners = {group["name"]: group["owner"] for group in manifest["groups"].values()}
    compared = 0
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            asset = graph.get(dg.AssetKey([node["config"]["schema"], node["name"]]))
            assert asset.group_name == node["group"]
            assert asset.owners == [owners[node["group"]]["email"]]
            assert asset.description == node["description"]
            compared += 1
    assert compared > 50


def test_published_marts_are_below_every_mart_and_alone_have_a_freshness_policy(
    definitions: dg.Definitions, manifest: dict[str, Any]
) -> None:
    graph = definitions.resolve_asset_graph()
    published = graph.get(dg.AssetKey("published_marts"))

    assert published.parent_keys == {
        dg.AssetKey(["marts", manifest["nodes"][unique_id]["name"]])
        for unique_id in public_models(manifest)
    }
    assert [
        key
        for key in graph.materializable_asset_keys
        if graph.get(key).freshness_policy is not None
    ] == [published.key]


def test_checks_of_ingestion_stand_at_the_ledger(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    ledger = dg.AssetKey(["deliveries", "ledger"])
    names = {key.name for key in graph.asset_check_keys if key.asset_key == ledger}

    assert {"rejects_are_few", "lines_add_up"} <= names


def test_what_runs_by_itself_says_when_and_in_which_time_zone(
    definitions: dg.Definitions,
) -> None:
    repository = definitions.get_repository_def()
    told = {
        schedule.name: (
            schedule.cron_schedule,
            schedule.execution_timezone,
            schedule.job_name,
        )
        for schedule in repository.schedule_defs
    }

    assert told == {
        "daily": ("30 3 * * 1-6", "UTC", "build_and_publish"),
        "weekly": ("30 3 * * 0", "UTC", "full_refresh"),
    }
    for each in (*repository.schedule_defs, *repository.sensor_defs):
        assert each.default_status.value == "RUNNING"


def test_every_job_is_retried_from_the_start_only(definitions: dg.Definitions) -> None:
    for job in ("build_and_publish", "train_build_and_publish", "full_refresh"):
        assert FROM_THE_START.items() <= definitions.resolve_job_def(job).tags.items()
    assert FROM_THE_START["dagster/retry_strategy"] == "ALL_STEPS"


def test_jobs_differ_in_what_is_asked_of_dbt(definitions: dg.Definitions) -> None:
    check = dg.AssetCheckKey(dg.AssetKey("published_marts"), "equals_full_refresh")

    def checks(job: str) -> set[dg.AssetCheckKey]:
        layer = definitions.resolve_job_def(job).asset_layer
        return set(layer.asset_graph.asset_check_keys)

    assert check not in checks("build_and_publish")
    assert check in checks("full_refresh")


def test_models_that_are_trained_when_due_are_found_by_their_meta(
    manifest: dict[str, Any],
) -> None:
    trained = {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["config"]["meta"].get("retrained") == WHEN_DUE.split(":")[1]
    }

    assert trained
    assert set(trained_models(manifest)) == trained


def test_the_same_graph_loads_for_redshift(
    environment: Environment, definitions: dg.Definitions
) -> None:
    local = definitions.resolve_asset_graph()

    production = Environment.from_variables(
        {
            "MUSIC_WAREHOUSE_TARGET": "prod",
            "MUSIC_WAREHOUSE_DATA": str(environment.data.root),
        }
    )
    manifest = read_manifest(production)
    there = definitions_of(production).resolve_asset_graph()

    assert manifest["metadata"]["adapter_type"] == "redshiftpy"
    assert there.get_all_asset_keys() == local.get_all_asset_keys()
    assert {key.name for key in local.asset_check_keys - there.asset_check_keys} == {
        "equals_full_refresh"
    }


def test_an_unknown_environment_is_refused_in_a_sentence() -> None:
    with pytest.raises(UserError) as refusal:
        Environment.from_variables({"MUSIC_WAREHOUSE_TARGET": "staging"})

    assert str(refusal.value) == (
        "MUSIC_WAREHOUSE_TARGET is staging, but the environments are local and prod."
    )


def test_a_relative_data_folder_is_one_of_the_project() -> None:
    """dbt takes it so, and runs in the project's folder, wherever Dagster runs."""
    found = Environment.from_variables({"MUSIC_WAREHOUSE_DATA": "elsewhere"})

    assert found.data.root == ROOT / "elsewhere"
    assert Environment.from_variables({}).data.root == ROOT / "data"


def test_the_version_of_dbt_is_told_without_a_process_that_asks_pypi() -> None:
    """`python --version` has one too, that of Python."""
    dbt = DbtHere(
        project_dir=str(ROOT), profiles_dir=str(ROOT), dbt_executable=sys.executable
    )

    assert dbt._cli_version == Version(version("dbt-core"))


def test_a_port_in_use_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "orchestration"],
            cwd=ROOT,
            env={"MUSIC_WAREHOUSE_DATA": str(tmp_path), "DAGSTER_PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"music-warehouse: Port {port} cannot be used")
    assert list(tmp_path.iterdir()) == []


def test_settings_that_are_in_the_home_stay(environment: Environment) -> None:
    settings = environment.home / "dagster.yaml"
    prepare(environment)
    assert settings.read_text() == (ROOT / "orchestration/dagster.yaml").read_text()
    settings.write_text("telemetry: {enabled: false}\n")

    prepare(environment)

    assert settings.read_text() == "telemetry: {enabled: false}\n"
    settings.unlink()
