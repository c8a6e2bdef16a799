"""A whole dbt project, from what `dbt compile` left in the target folder."""

import json
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pyarrow as pa

from music_warehouse.contracts import load_contracts
from music_warehouse.errors import UserError
from music_warehouse.ingest.lake import lake_schemas

from .declarations import check_node, check_unit_test, declared_types
from .finding import Finding
from .inference import Columns, Tables
from .statement import judge

Node = dict[str, Any]

# What `load` makes of the lake's columns on Redshift; a text is as wide as can be.
RAW_TYPES = {
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.string(): "varchar(65535)",
    pa.binary(): "varbyte(65535)",
}


def check_project(target: Path, project: Path) -> tuple[int, list[Finding]]:
    """The number of statements judged, and every finding.

    `target` is the folder that `dbt compile` wrote, `project` the folder of
    `dbt_project.yml`.
    """
    if not (target / "manifest.json").is_file():
        raise UserError(
            f"There is no compiled project in {target}: run `make compile-redshift`."
        )
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    tables = Tables()
    for source in manifest["sources"].values():
        tables.add(source["relation_name"], _source_columns(source))
    statements, found = 0, []
    for node in _in_order_of_building(manifest["nodes"]):
        columns: Columns = {}
        if node.get("compiled_code") and node.get("language") == "sql":
            statements += 1
            path = _shown(node, project)
            findings, columns = judge(node["compiled_code"], tables, path)
            found.extend(findings)
        if node["resource_type"] in ("model", "seed", "snapshot"):
            found.extend(check_node(project, node, columns))
            if node.get("relation_name"):
                known = declared_types(node) or _described(node) or columns
                tables.add(node["relation_name"], known)
    for unit_test in manifest["unit_tests"].values():
        found.extend(check_unit_test(project, unit_test))
        for given in (*unit_test["given"], unit_test["expect"]):
            if isinstance(given["rows"], str):
                statements += 1
                path = unit_test["original_file_path"]
                found.extend(judge(given["rows"], tables, path)[0])
    return statements, sorted(set(found))


def _in_order_of_building(nodes: dict[str, Node]) -> Iterator[Node]:
    order = TopologicalSorter(
        {
            name: node.get("depends_on", {}).get("nodes", [])
            for name, node in nodes.items()
        }
    )
    return (nodes[name] for name in order.static_order() if name in nodes)


def _shown(node: Node, project: Path) -> str:
    compiled = node.get("compiled_path")
    if not compiled:
        return str(node["original_file_path"])
    path = (project / compiled).resolve()
    inside = path.is_relative_to(project.resolve())
    return str(path.relative_to(project.resolve()) if inside else path)


def _source_columns(source: Node) -> Columns:
    schemas = lake_schemas(load_contracts())
    table = f"{source['source_name']}/{source['name']}"
    schema = schemas.get(table, schemas.get(source["name"]))
    if schema is None:
        return {}
    return {field.name: _raw_type(field.type) for field in schema}


def _raw_type(data_type: pa.DataType) -> str:
    if pa.types.is_timestamp(data_type):
        return "timestamp"
    if pa.types.is_decimal(data_type):
        return f"decimal({data_type.precision},{data_type.scale})"
    return RAW_TYPES[data_type]


def _described(node: Node) -> Columns:
    """Types that are written beside a Python model, contract or not."""
    if node.get("language") != "python":
        return {}
    return {
        name: column["data_type"]
        for name, column in node["columns"].items()
        if column.get("data_type")
    }
