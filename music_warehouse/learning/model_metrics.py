"""The rows in which every model's quality is told."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import sklearn

from music_warehouse.learning.determinism import DECIMALS

_Z_95 = 1.959964

VERSIONS = f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}"
"""The libraries on whose versions the bits of a model hang."""

_TYPES = {
    "observations": pa.int64(),
    "value": pa.float64(),
    "value_lo": pa.float64(),
    "value_hi": pa.float64(),
    "seed": pa.int64(),
}


@dataclass(frozen=True)
class Metric:
    """A model's quality in one respect, on the rows of a split.

    `value` lies between the bounds of a 95 % interval; all three are None where
    there is nothing to measure it on, and `reason` says why.
    """

    model: str
    metric: str
    split: str
    value: float | None
    value_lo: float | None
    value_hi: float | None
    observations: int
    seed: int
    versions: str = VERSIONS
    reason: str | None = None


def metrics_table(metrics: Iterable[Metric]) -> pa.Table:
    """Metrics as rows, their numbers to 6 decimals."""
    rows = list(metrics)
    columns = {}
    for field in fields(Metric):
        values = [getattr(row, field.name) for row in rows]
        kind = _TYPES.get(field.name, pa.string())
        if pa.types.is_floating(kind):
            values = [None if v is None else round(v, DECIMALS) + 0.0 for v in values]
        columns[field.name] = pa.array(values, kind)
    return pa.table(columns)


def proportion(
    model: str, metric: str, split: str, successes: int, trials: int, seed: int
) -> Metric:
    """A share with the bounds of the 95 % Wilson score interval.

    Wilson, E. B. (1927), JASA 22, 209-212.
    """
    if not trials:
        return Metric(
            *(model, metric, split, None, None, None, 0, seed),
            reason="there is nothing to take a share of",
        )
    share, z2 = successes / trials, _Z_95**2
    middle = share + z2 / (2 * trials)
    reach = _Z_95 * np.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    low, high = (float((middle + side * reach) / (1 + z2 / trials)) for side in (-1, 1))
    bounds = max(0.0, min(low, share)), min(1.0, max(high, share))
    return Metric(model, metric, split, share, *bounds, trials, seed)
