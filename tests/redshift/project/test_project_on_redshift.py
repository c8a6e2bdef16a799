"""The project runs on the stand-in for Redshift, all of it."""

import json
from pathlib import Path

from tests.redshift import standin
from tests.redshift.engine import Engine
from tests.redshift.project.conftest import REPLACED_AT_KILL, History

README = Path(standin.__file__).with_name("README.md")
GREEN = {"success", "pass", "no-op"}


def counted(results: list[dict]) -> dict[str, int]:
    """How many nodes of each kind a run had, all green."""
    kinds: dict[str, int] = {}
    for result in results:
        assert result["status"] in GREEN, result
        kind = result["unique_id"].split(".")[0]
        kinds[kind] = kinds.get(kind, 0) + 1
    return kinds


def test_debug_connects_and_verifies_the_certificate(first_build: History) -> None:
    assert "sslmode: verify-full" in first_build.debug
    assert "All checks passed!" in first_build.debug


def test_a_build_from_nothing_has_every_node_and_is_green(first_build: History) -> None:
    manifest = first_build.redshift.manifest()
    nodes = [node["resource_type"] for node in manifest["nodes"].values()]
    run = counted(first_build.first_results)
    assert run["model"] == nodes.count("model") > 50
    assert run["seed"] == nodes.count("seed") > 1
    assert run["test"] == nodes.count("test") > 100
    assert run["unit_test"] == len(manifest["unit_tests"]) > 40


def test_python_models_are_built_too(first_build: History) -> None:
    nodes = first_build.redshift.manifest()["nodes"]
    run = {result["unique_id"] for result in first_build.first_results}
    written = {name for name, node in nodes.items() if node.get("language") == "python"}
    assert len(written) >= 7
    assert written <= run


def test_a_second_delivery_builds_on_the_first(
    second_build: History, record: Path
) -> None:
    counted(second_build.second_results)
    said = record.read_text(encoding="utf-8")
    nodes = second_build.redshift.manifest()["nodes"].values()
    incremental = [
        node["alias"]
        for node in nodes
        if node["config"]["materialized"] == "incremental"
    ]
    assert incremental
    for alias in incremental:
        assert f'from \\"{alias}__dbt_tmp' in said, alias


def test_a_killed_build_leaves_every_mart_as_it_was_or_as_it_will_be(
    second_build: History,
) -> None:
    final = second_build.rows()
    before, after = second_build.before_kill, second_build.after_kill
    assert after[REPLACED_AT_KILL] == before[REPLACED_AT_KILL]
    assert final[REPLACED_AT_KILL] != before[REPLACED_AT_KILL]
    for name, rows in after.items():
        assert rows in (before[name], final[name]), name


def test_the_next_build_mends_what_a_killed_one_left(second_build: History) -> None:
    counted(second_build.second_results)
    assert not any(second_build.differences.values())


def test_no_relics_of_dbt_are_left(redshift: Engine, second_build: History) -> None:
    tables = redshift.catalog()["nodes"]
    assert not [name for name in tables if "__dbt_" in name]


def test_the_documentation_has_every_relation(redshift: Engine) -> None:
    catalog, manifest = redshift.catalog(), redshift.manifest()
    expected = {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
        and node["config"]["materialized"] != "ephemeral"
    }
    assert set(catalog["nodes"]) == expected
    assert set(catalog["sources"]) == set(manifest["sources"])


def test_columns_have_the_types_of_their_contracts(redshift: Engine) -> None:
    catalog = redshift.catalog()["nodes"]
    compared = 0
    for name, node in redshift.manifest()["nodes"].items():
        if node["resource_type"] != "model" or not node["contract"]["enforced"]:
            continue
        for column in node["columns"].values():
            found = catalog[name]["columns"][column["name"]]["type"]
            assert as_declared(found) == as_declared(column["data_type"]), (
                name,
                column["name"],
            )
            compared += 1
    assert compared > 200


def as_declared(data_type: str) -> str:
    """A type by one of its names."""
    return (
        data_type.lower()
        .replace("character varying", "varchar")
        .replace("numeric", "decimal")
        .replace(" without time zone", "")
        .replace(", ", ",")
    )


def test_descriptions_are_comments(redshift: Engine) -> None:
    catalog, nodes = redshift.catalog()["nodes"], redshift.manifest()["nodes"]
    compared = 0
    for name, found in catalog.items():
        node = nodes[name]
        if not node["config"]["persist_docs"].get("columns"):
            continue
        assert (found["metadata"]["comment"] or "") == node["description"], name
        for column in node["columns"].values():
            comment = found["columns"][column["name"]]["comment"] or ""
            assert comment == column["description"], (name, column["name"])
            compared += 1
    assert compared > 200


def test_the_readme_says_what_helped_every_statement(record: Path) -> None:
    readme = " ".join(README.read_text(encoding="utf-8").split())
    for line in record.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        for words in said.get("help", []):
            assert words.split(":")[0] in readme, (words, said["sql"])
