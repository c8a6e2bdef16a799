"""The small functions between dbt and Dagster."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib.full_refresh import differences
from orchestration.lib.manifest import give_tests_an_asset
from orchestration.lib.selection import below, selection_of, trains


def node(kind: str, name: str, *reads: str, **more: Any) -> dict[str, Any]:
    """A node of a manifest."""
    return {
        "resource_type": kind,
        "name": name,
        "fqn": ["toy", name],
        "depends_on": {"nodes": list(reads)},
        "config": {"meta": {}},
        **more,
    }


@pytest.fixture
def manifest() -> dict[str, Any]:
    """users → trained → card, and a test of users and card."""
    nodes = {
        "model.users": node("model", "users", "source.users"),
        "model.trained": node("model", "trained", "model.users"),
        "model.card": node("model", "card", "model.trained"),
        "test.both": node("test", "both", "model.users", "model.card"),
        "test.one": node("test", "one", "model.users"),
        "test.generic": node(
            "test", "generic", "model.users", "model.card", attached_node="model.users"
        ),
    }
    nodes["model.trained"]["config"]["meta"]["retrained"] = "when_due"
    parents = {key: value["depends_on"]["nodes"] for key, value in nodes.items()}
    children = {
        key: [child for child, above in parents.items() if key in above]
        for key in nodes
    }
    return {
        "nodes": nodes,
        "sources": {"source.users": {}},
        "parent_map": parents,
        "child_map": children,
    }


def test_a_test_of_several_tables_is_a_check_of_the_one_furthest_down(
    manifest: dict[str, Any],
) -> None:
    give_tests_an_asset(manifest)

    def asset(test: str) -> Any:
        return manifest["nodes"][test]["config"]["meta"].get("dagster")

    assert asset("test.both") == {"ref": {"name": "card"}}
    assert asset("test.one") is None
    assert asset("test.generic") is None


def test_a_selection_names_whole_paths_and_nothing_else(
    manifest: dict[str, Any],
) -> None:
    assert selection_of(["test.one", "model.users"], manifest) == (
        *("--select", "toy.one toy.users"),
        *("--indirect-selection", "empty"),
        *("--exclude-resource-type", "unit_test"),
    )


def test_what_is_below_a_training_may_change_by_it(manifest: dict[str, Any]) -> None:
    assert below(["model.trained"], manifest) == {
        "model.trained",
        "model.card",
        "test.both",
        "test.generic",
    }
    assert trains(["model.trained", "model.card"], manifest)
    assert not trains(["model.users", "model.card"], manifest)


@pytest.mark.parametrize(
    ("rows", "differs"),
    [
        ("(1, 'a'), (2, 'b'), (2, 'b')", False),
        ("(2, 'b'), (1, 'a'), (2, 'b')", False),
        ("(1, 'a'), (2, 'b')", True),
        ("(1, 'a'), (2, 'b'), (2, 'c')", True),
        ("(1, 'a'), (1, 'a'), (2, 'b')", True),
        ("(1, 'b'), (2, 'a'), (2, 'b')", True),
        ("(1, 'a'), (2, 'b'), (2, null)", True),
    ],
)
def test_rows_are_compared_whatever_their_order(
    tmp_path: Path, rows: str, differs: bool
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            f"create schema marts; create table marts.plays as select * from "
            f"(values {rows}) as t (day, listener)"
        )
        connection.execute(
            "copy (select * from (values (1, 'a'), (2, 'b'), (2, 'b')) "
            f"as t (day, listener)) to '{tmp_path / 'plays.parquet'}'"
        )

    assert differences(tmp_path, warehouse, ["plays"]) == ["plays"] * differs
