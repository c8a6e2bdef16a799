"""The table `churn_risk`: the probability of leaving of everybody who is still here."""

import numpy as np
import pyarrow as pa

from music_warehouse.learning.churn.bands import BANDS, risk_band
from music_warehouse.learning.churn.dates import time_split
from music_warehouse.learning.churn.features import UserDates, user_dates
from music_warehouse.learning.churn.model import (
    ChurnModel,
    ChurnParameters,
    fit_churn,
)
from music_warehouse.learning.determinism import rounded

REASONS = 3
# Less is what rounding and a small tree give to anybody.
_TELLING_LOG_ODDS = 0.05


def churn_risk(table: pa.Table, parameters: ChurnParameters) -> pa.Table:
    """One row per user at the latest date, of which nobody knows the outcome yet: the
    probability of leaving, its band of risk, and, above the lowest band, up to three
    reasons that go with it most, each with its effect in log-odds.

    Learned from all dates of known outcome: the recipe that `churn_evaluation` judges,
    a date later. No rows where there is too little to judge it.
    """
    rows = user_dates(table)
    if isinstance(time_split(rows, parameters), str):
        return _schema().empty_table()
    model = fit_churn(rows.at(rows.labelled_dates()), parameters)
    return _risks(model, rows.where(np.isnan(rows.churned)))


def _schema() -> pa.Schema:
    reasons = [
        field
        for number in range(1, REASONS + 1)
        for field in (
            (f"reason_{number}", pa.string()),
            (f"reason_{number}_log_odds", pa.float64()),
        )
    ]
    return pa.schema(
        [
            ("user_key", pa.int64()),
            ("churn_probability", pa.float64()),
            ("risk_band", pa.int64()),
            *reasons,
        ]
    )


def _risks(model: ChurnModel, now: UserDates) -> pa.Table:
    probability = rounded(model.probability(now.features))
    band = risk_band(probability)
    # Of whoever will hardly leave there is nothing to explain, and most are these.
    at_risk = band > min(BANDS)
    themes, effects = model.effects(now.features[at_risk])
    effects = rounded(effects)
    order = np.zeros((len(now), REASONS), np.int64)
    order[at_risk] = np.argsort(-effects, axis=1, kind="stable")[:, :REASONS]
    largest = np.zeros((len(now), REASONS))
    largest[at_risk] = np.take_along_axis(effects, order[at_risk], axis=1)
    columns = [pa.array(now.user_key), pa.array(probability), pa.array(band)]
    for place in range(REASONS):
        is_silent = largest[:, place] < _TELLING_LOG_ODDS
        names = np.array(themes)[order[:, place]]
        columns.append(pa.array(names, pa.string(), mask=is_silent))
        columns.append(pa.array(largest[:, place], mask=is_silent))
    return pa.table(columns, schema=_schema())
