"""The columns of dbt's models, and which columns each of them is made from.

They follow from the definitions alone, and take sqlglot longer than a delivery takes
dbt: they are found after the first run that builds a model, and kept as long as the
project stays as it is.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import dagster as dg
from dagster_dbt import DbtCliInvocation
from dagster_dbt.core.dbt_event_iterator import DbtEventIterator
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

Metadata: TypeAlias = Mapping[str, Any]

_KEPT = ("dagster/column_schema", "dagster/column_lineage")


@dataclass(frozen=True)
class Columns:
    """What is known of columns in the state of the project that `version` is the hash
    of; `nodes` are those of dbt's manifest."""

    file: Path
    version: str
    nodes: Mapping[str, Mapping[str, Any]]

    def known(self) -> dict[str, Metadata]:
        """Dagster's metadata by unique id; nothing for what has no traceable columns:
        Python has none, and the lake's tables are files, of which dbt's adapter knows
        no columns."""
        found: dict[str, Metadata] = {
            unique_id: {} for unique_id in self.nodes if not self._is_traced(unique_id)
        }
        return found | self._kept()

    def find(
        self, events: Sequence[dg.AssetMaterialization], invocation: DbtCliInvocation
    ) -> dict[str, Metadata]:
        """Ask the database for the columns of what dbt has just built, trace them, and
        keep that; `invocation` has ended."""
        if not events:
            return {}
        traced = DbtEventIterator(iter(events), invocation).fetch_column_metadata()
        found: dict[str, Metadata] = {}
        for event in traced:
            metadata = {k: v for k, v in event.metadata.items() if k in _KEPT}
            if len(metadata) == len(_KEPT):
                found[unique_id_of(event)] = metadata
        _let_go_of(invocation)
        self._keep(self._kept() | found)
        return found

    def _is_traced(self, unique_id: str) -> bool:
        node = self.nodes[unique_id]
        return (
            node["resource_type"] == "model"
            and node["language"] == "sql"
            and not any(
                above.startswith("source.") for above in node["depends_on"]["nodes"]
            )
        )

    def _kept(self) -> dict[str, Metadata]:
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        if kept["version"] != self.version:
            return {}
        return {
            unique_id: {key: dg.deserialize_value(text) for key, text in told.items()}
            for unique_id, told in kept["columns"].items()
        }

    def _keep(self, columns: Mapping[str, Metadata]) -> None:
        told = {
            unique_id: {key: dg.serialize_value(value) for key, value in each.items()}
            for unique_id, each in columns.items()
        }
        beside = self.file.with_suffix(".tmp")
        beside.write_text(
            json.dumps({"version": self.version, "columns": told}), encoding="utf-8"
        )
        os.replace(beside, self.file)


def unique_id_of(event: dg.AssetMaterialization) -> str:
    """dbt's unique id of what an event of dagster-dbt is about."""
    value = event.metadata["unique_id"]
    return str(getattr(value, "value", value))


def _let_go_of(invocation: DbtCliInvocation) -> None:
    """Close the database: the next run of dbt, and whoever publishes, want it."""
    if invocation.adapter is not None:
        invocation.adapter.cleanup_connections()
        # dbt-duckdb keeps the file open beyond its connections.
        if isinstance(invocation.adapter.connections, DuckDBConnectionManager):
            DuckDBConnectionManager.close_all_connections()
