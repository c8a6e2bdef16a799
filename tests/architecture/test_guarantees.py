"""What comes with a model: a tested key; with a mart, a contract and a unit test."""

import re
from typing import Any

import pytest

from music_warehouse.untouched import UNMOVED_BY

ALIAS = re.compile(r" as (\w+)(?:,|$)", re.MULTILINE)
KEY_TESTS = {"unique", "unique_combination_of_columns"}

DIMENSIONS = [(f"dim_{number:02d}", "double precision") for number in range(1, 51)]

# Outside users read these columns by place: first, in this order, with these types.
AGREED_COLUMNS = {
    "artist_rank_in_country": [
        ("country", "varchar(2)"),
        ("artist_name", "varchar(1024)"),
        ("total_playcount", "double precision"),
        ("rank", "integer"),
    ],
    "country_rank_per_artist": [
        ("country", "varchar(2)"),
        ("artist_name", "varchar(1024)"),
        ("total_playcount", "double precision"),
        ("normalized_popularity", "double precision"),
        ("rank", "integer"),
    ],
    "artist_embeddings": [("artist_key", "bigint"), *DIMENSIONS],
    "user_embeddings": [("user_key", "bigint"), *DIMENSIONS],
}


def models(manifest: dict[str, Any], layer: str | None = None) -> list[dict[str, Any]]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and layer in (None, node["fqn"][1])
    ]


def faces(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The SQL models over Python tables."""
    staging = models(manifest, "staging")
    return [node for node in staging if node["fqn"][2] == "python_models"]


def keyless(manifest: dict[str, Any]) -> set[str]:
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") in KEY_TESTS
    }
    return {
        node["name"]
        for node in models(manifest)
        # The key of a Python table is tested at its face.
        if node["unique_id"] not in tested and node["language"] == "sql"
    }


def uncontracted(manifest: dict[str, Any]) -> set[str]:
    return {
        node["name"]
        for node in [*models(manifest, "marts"), *faces(manifest)]
        if not node["contract"]["enforced"]
        or not all(column["data_type"] for column in node["columns"].values())
    }


def expected_columns(rows: list[dict[str, Any]] | str) -> set[str]:
    """Names in the first row, which of SQL is the first select."""
    if isinstance(rows, str):
        return set(ALIAS.findall(rows.partition("union all")[0]))
    return set(rows[0])


def partly_unit_tested(manifest: dict[str, Any]) -> set[str]:
    """Marts without a unit test that compares every column."""
    compared = {
        node["name"]: set(node["columns"]) for node in models(manifest, "marts")
    }
    for test in manifest["unit_tests"].values():
        rows = test["expect"]["rows"]
        if compared.get(test["model"]) and rows:
            compared[test["model"]] -= expected_columns(rows)
    return {name for name, left in compared.items() if left}


def ancestors(manifest: dict[str, Any], unique_id: str) -> set[str]:
    found: set[str] = set()
    left = [unique_id]
    while left:
        for parent in manifest["parent_map"].get(left.pop(), []):
            if parent not in found:
                found.add(parent)
                left.append(parent)
    return found


def test_the_key_of_every_model_is_tested(manifest: dict[str, Any]) -> None:
    assert keyless(manifest) == set()


def test_every_mart_and_every_python_face_has_an_enforced_contract(
    manifest: dict[str, Any],
) -> None:
    assert uncontracted(manifest) == set()


def test_a_mart_without_a_contract_is_found(manifest: dict[str, Any]) -> None:
    node = manifest["nodes"]["model.music_warehouse.dim_artists"]
    node["contract"]["enforced"] = False

    assert uncontracted(manifest) == {"dim_artists"}


def test_every_mart_has_a_unit_test_of_its_full_output(
    manifest: dict[str, Any],
) -> None:
    assert partly_unit_tested(manifest) == set()


def test_a_mart_whose_unit_test_leaves_a_column_out_is_found(
    manifest: dict[str, Any],
) -> None:
    tests = manifest["unit_tests"]
    for test in tests.values():
        if test["model"] == "dim_countries":
            for row in test["expect"]["rows"]:
                del row["region"]

    assert partly_unit_tested(manifest) == {"dim_countries"}


def told_of_nothing(manifest: dict[str, Any]) -> set[str]:
    """Models that name as `unmoved_by` what is no parent of theirs, or all of them."""
    found = set()
    for node in models(manifest):
        unmoved = set(node["config"]["meta"].get(UNMOVED_BY, []))
        parents = manifest["parent_map"][node["unique_id"]]
        names = {each.split(".")[2] for each in parents}
        if unmoved and not unmoved < names:
            found.add(node["name"])
    return found


def test_what_a_model_is_unmoved_by_is_one_parent_among_others(
    manifest: dict[str, Any],
) -> None:
    assert told_of_nothing(manifest) == set()


def test_a_model_that_nothing_moves_is_found(manifest: dict[str, Any]) -> None:
    nodes = manifest["nodes"]
    first, second = (
        f"model.music_warehouse.{name}"
        for name in ("int_current_files", "int_session_events")
    )
    nodes[first]["config"]["meta"][UNMOVED_BY] = ["int_built_files", "int_file_rows"]
    nodes[second]["config"]["meta"][UNMOVED_BY] = ["int_build_files"]

    assert told_of_nothing(manifest) == {"int_current_files", "int_session_events"}


def test_every_unit_test_is_named_as_a_sentence(manifest: dict[str, Any]) -> None:
    short = [
        test["name"]
        for test in manifest["unit_tests"].values()
        if len(test["name"].split("_")) < 4
    ]

    assert short == []


def test_the_first_row_of_every_fixture_is_complete(manifest: dict[str, Any]) -> None:
    """The Redshift adapter takes the columns' types from the first row."""
    torn = {
        test["name"]
        for test in manifest["unit_tests"].values()
        for fixture in [*test["given"], test["expect"]]
        if isinstance(fixture["rows"], list)
        and fixture["rows"]
        and None in fixture["rows"][0].values()
    }

    assert torn == set()


@pytest.mark.parametrize("name", AGREED_COLUMNS)
def test_agreed_columns_come_first(
    manifest: dict[str, Any], columns: dict[str, list[str]], name: str
) -> None:
    agreed = AGREED_COLUMNS[name]
    contract = manifest["nodes"][f"model.music_warehouse.{name}"]["columns"]
    typed = [(column, entry["data_type"]) for column, entry in contract.items()]

    assert typed[: len(agreed)] == agreed
    assert columns[name][: len(agreed)] == [column for column, _ in agreed]


def test_relics_are_looked_for_after_the_last_model(manifest: dict[str, Any]) -> None:
    before = ancestors(manifest, "test.music_warehouse.assert_no_build_relics")

    assert {node["unique_id"] for node in models(manifest)} - before == set()


def test_every_exposure_reads_marts_only(manifest: dict[str, Any]) -> None:
    marts = {node["unique_id"] for node in models(manifest, "marts")}

    assert manifest["exposures"]
    for exposure in manifest["exposures"].values():
        assert set(exposure["depends_on"]["nodes"]) <= marts
