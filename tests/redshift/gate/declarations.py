"""Rules on what YAML declares: contracts, seeds' columns, fixtures of unit tests."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import data_types, grammar
from .finding import Finding, Offence
from .inference import Columns

Node = dict[str, Any]


class YamlFile:
    """A YAML file of the project, asked for the lines of what it names."""

    def __init__(self, project: Path, path: str) -> None:
        self.path = path
        text = (project / path).read_text(encoding="utf-8")
        self._tree = yaml.compose(text, Loader=yaml.SafeLoader)

    def line(self, *names: str) -> int:
        """The line (from 1) of the last of nested names, as `model, column`."""
        node, line = self._tree, 1
        for name in names:
            found = next(_entries(node, name), None)
            if found is None:
                break
            node, line = found, found.start_mark.line + 1
        return line


@cache
def yaml_file(project: Path, path: str) -> YamlFile:
    """The file, read once."""
    return YamlFile(project, path)


def _entries(node: yaml.Node, name: str) -> Iterator[yaml.Node]:
    """Mappings below `node` with that `name`, or the values of that key."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "name" and value.value == name:
                yield node
            if key.value == name:
                yield key
        for _, value in node.value:
            yield from _entries(value, name)
    if isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _entries(value, name)


def check_node(project: Path, node: Node, inferred: Columns) -> Iterator[Finding]:
    """Findings of what is declared of a model, seed or snapshot."""
    yield from _as_findings(
        node["original_file_path"], grammar.name_offences(node["alias"], False, 1)
    )
    types = declared_types(node)
    if node.get("patch_path") and types:
        described = yaml_file(project, node["patch_path"].split("://", 1)[1])
        for column, data_type in types.items():
            line = described.line(node["name"], column)
            yield from _as_findings(
                described.path,
                [
                    *grammar.name_offences(column, False, line),
                    *data_types.declared(data_type, line),
                ],
            )
    yield from _inferred_widths(node, inferred)


def declared_types(node: Node) -> Columns:
    """Types in an enforced contract, or in a seed's `column_types`."""
    if node["resource_type"] == "seed":
        return dict(node["config"]["column_types"])
    if not node["config"].get("contract", {}).get("enforced"):
        return {}
    return {
        name: column["data_type"]
        for name, column in node["columns"].items()
        if column.get("data_type")
    }


def _inferred_widths(node: Node, inferred: Columns) -> Iterator[Finding]:
    """A table without a contract: its first build decides how wide a text may be."""
    created = node["config"].get("materialized") in ("table", "incremental", "snapshot")
    if not created or declared_types(node) or node["resource_type"] == "seed":
        return
    for column, written in inferred.items():
        if written.lower() in ("varchar", "char", "text", "varchar(max)"):
            yield Finding(
                node["original_file_path"],
                1,
                "inferred-width",
                f"Write cast({column} as varchar(n)), n in bytes: the table would get"
                " the width of its first build.",
            )


def check_unit_test(project: Path, unit_test: Node) -> Iterator[Finding]:
    """Findings of the rows that are given to a unit test."""
    described = yaml_file(project, unit_test["original_file_path"])
    for given in unit_test["given"]:
        rows = given["rows"]
        if isinstance(rows, list) and rows and None in rows[0].values():
            yield Finding(
                described.path,
                described.line(unit_test["name"]),
                "fixture",
                f"Put a row without NULL first among those of {given['input']}: the"
                " first row gives dbt-redshift the types.",
            )


def _as_findings(path: str, offences: Iterable[Offence]) -> Iterator[Finding]:
    return (Finding(path, each.line, each.code, each.advice) for each in offences)
