"""Whether the Python models are due for training, as the last build's mart tells.

Models with `meta: {retrained: when_due}` are left as they are by a build as long as no
row of `retraining_triggers` is due: no model is named here.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import duckdb

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


COLUMNS = ", ".join(field.name for field in fields(Trigger))
"""The columns of `retraining_triggers`, in the order of a Trigger's fields."""


def published_triggers(version: Path) -> list[Trigger]:
    """The triggers of a published version, given its folder."""
    file = version / f"{TRIGGERS}.parquet"
    if not file.is_file():
        return []
    with duckdb.connect() as connection:
        return triggers_of(connection.read_parquet(str(file)))


def triggers_of(relation: duckdb.DuckDBPyRelation) -> list[Trigger]:
    """The triggers of a table or file that DuckDB reads."""
    rows = relation.order("model_group, reason").select(COLUMNS).fetchall()
    return [Trigger(*row) for row in rows]
