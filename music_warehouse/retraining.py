"""Whether the Python models are due for training, as the last build's mart tells.

Models with `meta: {retrained: when_due}` are left as they are by a build as long as no
row of `retraining_triggers` is due: no model is named here.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import duckdb

from music_warehouse.paths import DataFolder

TRIGGERS = "retraining_triggers"
WHEN_DUE = "config.meta.retrained:when_due"
"""dbt's selection of the models that are trained when due."""


@dataclass(frozen=True)
class Trigger:
    """A reason to train a group of models; due when `observed` is above
    `threshold`."""

    model_group: str
    reason: str
    observed: float
    threshold: float
    trained_through_file_seq: int | None
    is_due: bool

    def __str__(self) -> str:
        above = "is above" if self.is_due else "is not above"
        return (
            f"{self.model_group}: {self.reason} {self.observed:.4g} {above} "
            f"{self.threshold:.4g}"
        )


def read_triggers(data: DataFolder) -> list[Trigger] | None:
    """The triggers as the warehouse has them; None where it has no such table."""
    if not data.warehouse.is_file():
        return None
    with duckdb.connect(str(data.warehouse), read_only=True) as warehouse:
        try:
            return _triggers(warehouse.table(f"marts.{TRIGGERS}"))
        except duckdb.CatalogException:
            return None


def published_triggers(version: Path) -> list[Trigger]:
    """The triggers of a published version, given its folder."""
    file = version / f"{TRIGGERS}.parquet"
    if not file.is_file():
        return []
    with duckdb.connect() as connection:
        return _triggers(connection.read_parquet(str(file)))


def _triggers(relation: duckdb.DuckDBPyRelation) -> list[Trigger]:
    columns = ", ".join(field.name for field in fields(Trigger))
    rows = relation.order("model_group, reason").select(columns).fetchall()
    return [Trigger(*row) for row in rows]
