"""Everything is described, and what is described is there."""

from typing import Any


def described(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    ]


def undescribed(manifest: dict[str, Any]) -> list[str]:
    nodes = [
        *described(manifest),
        *manifest["sources"].values(),
        *manifest["exposures"].values(),
    ]
    return [
        name
        for node in nodes
        for name, thing in [
            (node["name"], node),
            *(
                (f"{node['name']}.{column}", documented)
                for column, documented in node.get("columns", {}).items()
            ),
        ]
        if len(thing["description"].split()) < 1
    ]


def without_grain(manifest: dict[str, Any]) -> list[str]:
    return [
        node["name"]
        for node in [*described(manifest), *manifest["sources"].values()]
        if not node["description"].startswith("One row per ")
    ]


def undocumented(
    manifest: dict[str, Any], columns: dict[str, list[str]]
) -> dict[str, set[str]]:
    """Columns that are only documented or only there; those of a Python table are
    documented at its face."""
    return {
        node["name"]: difference
        for node in described(manifest)
        if node.get("language") != "python"
        and (difference := set(node["columns"]) ^ set(columns[node["name"]]))
    }


def test_every_table_and_column_is_described(manifest: dict[str, Any]) -> None:
    assert undescribed(manifest) == []


def test_a_column_without_a_description_is_found(manifest: dict[str, Any]) -> None:
    node = manifest["nodes"]["model.music_warehouse.dim_artists"]
    node["columns"]["mbid"]["description"] = " "

    assert undescribed(manifest) == ["dim_artists.mbid"]


def test_every_description_begins_with_the_grain(manifest: dict[str, Any]) -> None:
    assert without_grain(manifest) == []


def test_a_description_without_its_grain_is_found(manifest: dict[str, Any]) -> None:
    node = manifest["nodes"]["model.music_warehouse.dim_artists"]
    node["description"] = "Canonical artists."

    assert without_grain(manifest) == ["dim_artists"]


def test_documented_columns_are_the_materialised_ones(
    manifest: dict[str, Any], columns: dict[str, list[str]]
) -> None:
    assert undocumented(manifest, columns) == {}


def test_an_undocumented_column_is_found(
    manifest: dict[str, Any], columns: dict[str, list[str]]
) -> None:
    node = manifest["nodes"]["model.music_warehouse.int_artist_names"]
    del node["columns"]["mbid"]
    node["columns"]["mb_id"] = {"description": "Misspelt."}

    assert undocumented(manifest, columns) == {"int_artist_names": {"mbid", "mb_id"}}


def test_the_overview_names_every_mart(manifest: dict[str, Any]) -> None:
    overview = manifest["docs"]["doc.music_warehouse.__overview__"]["block_contents"]
    unnamed = [
        node["name"]
        for node in described(manifest)
        if node["fqn"][1] == "marts" and f"`{node['name']}`" not in overview
    ]

    assert unnamed == []
