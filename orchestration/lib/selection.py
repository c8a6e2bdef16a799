"""A choice of assets and checks, in the words of dbt."""

from collections.abc import Collection, Mapping
from typing import Any

TRAINED_WHEN = "retrained"
"""The key in a model's `meta` that says that it is left alone until it is due."""


def selection_of(
    unique_ids: Collection[str], manifest: Mapping[str, Any]
) -> tuple[str, ...]:
    """dbt's words for exactly these nodes. Unit tests are left out: they say nothing
    of the data, and Dagster does not know them."""
    # Its whole path: a name alone would choose a folder of that name too.
    names = sorted(".".join(manifest["nodes"][each]["fqn"]) for each in unique_ids)
    return (
        *("--select", " ".join(names)),
        *("--indirect-selection", "empty"),
        *("--exclude-resource-type", "unit_test"),
    )


def trains(unique_ids: Collection[str], manifest: Mapping[str, Any]) -> bool:
    """Whether a model that is trained when due is among these nodes."""
    return bool(set(unique_ids) & set(trained_models(manifest)))


def trained_models(manifest: Mapping[str, Any]) -> list[str]:
    """The unique ids of the models that are trained when due."""
    return [
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if TRAINED_WHEN in node["config"]["meta"]
    ]


def below(unique_ids: Collection[str], manifest: Mapping[str, Any]) -> set[str]:
    """These nodes and all that reads from them, directly or not."""
    found: set[str] = set()
    waiting = list(unique_ids)
    while waiting:
        unique_id = waiting.pop()
        if unique_id not in found:
            found.add(unique_id)
            waiting += manifest["child_map"].get(unique_id, [])
    return found


def from_above(unique_ids: Collection[str], manifest: Mapping[str, Any]) -> list[str]:
    """These nodes in an order in which none comes before what it reads from."""
    return sorted(unique_ids, key=lambda each: (depth(each, manifest), each))


def depth(unique_id: str, manifest: Mapping[str, Any]) -> int:
    """How many nodes stand above a node, on the longest way up."""
    above = manifest["parent_map"].get(unique_id, [])
    return 1 + max((depth(each, manifest) for each in above), default=0)


def public_models(manifest: Mapping[str, Any]) -> list[str]:
    """The unique ids of the models that are published."""
    return sorted(
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["access"] == "public"
    )
