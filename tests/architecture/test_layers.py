"""Which layer may read which: the table in models/README.md."""

from typing import Any

LEDGER = "stg_deliveries__files"
MONITORED = ("staging", "deliveries")
FACES = ("staging", "python_models")
ACCESS = {
    "staging": "private",
    "python_models": "private",
    "intermediate": "protected",
    "marts": "public",
}


def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }


def place(node: dict[str, Any]) -> tuple[str, str]:
    """Layer and source or subject: the first two folders."""
    if node["language"] == "python":
        return "python_models", node["fqn"][1]
    return node["fqn"][1], node["fqn"][2]


def may_read(reader: dict[str, Any], parent: dict[str, Any]) -> bool:
    layer, subject = place(reader)
    if parent["resource_type"] == "source":
        return layer == "staging" and parent["source_name"] == subject
    if (layer, subject) == FACES:
        return parent["name"] == reader["name"].replace("stg_python__", "py_")
    if layer == "staging":
        return bool(parent["name"] == LEDGER)
    if parent["resource_type"] == "seed":
        return layer != "python_models"
    read_layer, read_subject = place(parent)
    if (read_layer, read_subject) == FACES:
        return layer in ("intermediate", "marts") and parent["group"] == reader["group"]
    if layer == "python_models":
        return read_layer == "intermediate" or (read_layer, read_subject) == (
            layer,
            subject,
        )
    if layer == "intermediate":
        return read_layer in ("staging", "intermediate")
    return (
        (read_layer, read_subject) == MONITORED
        or read_layer == "intermediate"
        or (read_layer == "marts" and read_subject in ("core", subject))
    )


def forbidden_reads(manifest: dict[str, Any]) -> list[str]:
    nodes = {**manifest["nodes"], **manifest["sources"]}
    return [
        f"{name} reads {nodes[parent]['name']}"
        for name, node in models(manifest).items()
        for parent in node["depends_on"]["nodes"]
        if not may_read(node, nodes[parent])
    ]


def misplaced_access(manifest: dict[str, Any]) -> list[str]:
    def expected(node: dict[str, Any]) -> str:
        # Every subject filters its rows by the ledger.
        if place(node) == MONITORED:
            return "protected"
        return ACCESS[place(node)[0]]

    return [
        name
        for name, node in models(manifest).items()
        if node["access"] != expected(node) or node["group"] is None
    ]


def test_no_model_reads_past_its_neighbouring_layers(manifest: dict[str, Any]) -> None:
    assert len(models(manifest)) > 20
    assert forbidden_reads(manifest) == []


def test_a_mart_that_reads_raw_lists_is_found(manifest: dict[str, Any]) -> None:
    nodes = models(manifest)
    raw = nodes["stg_listening__users"]["unique_id"]
    source = next(iter(manifest["sources"]))
    nodes["country_profiles"]["depends_on"]["nodes"].append(raw)
    nodes["int_artist_names"]["depends_on"]["nodes"].append(source)

    assert len(forbidden_reads(manifest)) == 2


def test_a_dimension_that_reads_a_report_is_found(manifest: dict[str, Any]) -> None:
    nodes = models(manifest)
    report = nodes["artist_reach"]["unique_id"]
    nodes["dim_artists"]["depends_on"]["nodes"].append(report)
    nodes["load_reconciliation"]["depends_on"]["nodes"].append(report)
    nodes["int_artist_names"]["depends_on"]["nodes"].append(report)

    assert forbidden_reads(manifest) == [
        f"{reader} reads artist_reach"
        for reader in nodes
        if reader in {"dim_artists", "load_reconciliation", "int_artist_names"}
    ]


def test_a_mart_that_reads_a_python_table_past_its_face_is_found(
    manifest: dict[str, Any],
) -> None:
    nodes = models(manifest)
    table = nodes["py_artist_neighbors"]["unique_id"]
    nodes["artist_neighbors"]["depends_on"]["nodes"].append(table)
    nodes["stg_python__similar_users"]["depends_on"]["nodes"].append(table)
    face = nodes["stg_python__artist_neighbors"]["unique_id"]
    nodes["artist_reach"]["depends_on"]["nodes"].append(face)
    nodes["py_similar_users"]["depends_on"]["nodes"].append(face)

    assert len(forbidden_reads(manifest)) == 4


def test_every_python_table_has_one_face(manifest: dict[str, Any]) -> None:
    nodes = models(manifest)
    tables = {name for name, node in nodes.items() if node["language"] == "python"}
    faces = {
        name.replace("stg_python__", "py_")
        for name, node in nodes.items()
        if place(node) == FACES
    }

    assert tables
    assert tables == faces


def test_every_staging_model_reads_loaded_files_only(manifest: dict[str, Any]) -> None:
    unfiltered = {
        name
        for name, node in models(manifest).items()
        if place(node)[0] == "staging"
        and place(node) != FACES
        and name != LEDGER
        and f"ref('{LEDGER}')" not in node["raw_code"]
    }

    assert unfiltered == set()


def test_access_follows_the_layer_and_every_model_has_a_group(
    manifest: dict[str, Any],
) -> None:
    assert misplaced_access(manifest) == []


def test_a_public_intermediate_model_is_found(manifest: dict[str, Any]) -> None:
    models(manifest)["int_artist_shares"]["access"] = "public"

    assert misplaced_access(manifest) == ["int_artist_shares"]
