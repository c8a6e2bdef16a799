"""How good the probability of leaving is, on a date that came after all it learned."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from music_warehouse.learning.churn.bands import BANDS, risk_band
from music_warehouse.learning.churn.dates import time_split
from music_warehouse.learning.churn.features import UserDates, user_dates
from music_warehouse.learning.churn.model import ChurnParameters, fit_churn
from music_warehouse.learning.determinism import rounded
from music_warehouse.learning.model_metrics import Metric, metrics_table, proportion

MODEL, RULE = "churn_gradient_boosting", "churn_rule"
SPLIT = "latest_date"


def churn_evaluation(table: pa.Table, parameters: ChurnParameters) -> pa.Table:
    """One row per metric: the model learned from early dates, calibrated on the next
    and judged by the latest whose outcome is known; beside it the rule.

    Skill is 1 - log loss / log loss of the best constant in hindsight, the rate of
    the judged date itself: 0 says nothing is known of single users. Bounds are those
    of a bootstrap over users, of shares those of Wilson. Where there is too little
    data there is one row, `log_loss_skill`, without a value and with the reason.
    """
    rows = user_dates(table).drawn(parameters.most_users, parameters.seed)
    split = time_split(rows, parameters)
    if isinstance(split, str):
        nothing = Metric(
            *(MODEL, "log_loss_skill", SPLIT, None, None, None, 0, parameters.seed),
            reason=split,
        )
        return metrics_table([nothing])
    model = fit_churn(split.history, split.calibration, parameters)
    probability = model.probability(split.test.features)
    return metrics_table(_judged(probability, split.test, parameters))


def _judged(
    probability: NDArray[np.float64], test: UserDates, parameters: ChurnParameters
) -> list[Metric]:
    churned = test.churned.astype(bool)
    return [
        *_bootstrapped(probability, churned, parameters),
        *_by_band(probability, churned, parameters.seed),
        *_flags(probability, churned, test.flagged, parameters.seed),
    ]


def _bootstrapped(
    probability: NDArray[np.float64],
    churned: NDArray[np.bool_],
    parameters: ChurnParameters,
) -> list[Metric]:
    users = len(churned)
    draw = np.random.default_rng([parameters.seed, 1])
    losses = -np.log(np.where(churned, probability, 1 - probability))
    errors = (probability - churned) ** 2

    def measured(drawn: NDArray[np.int64]) -> list[float]:
        rate = churned[drawn].mean()
        base = _entropy(float(rate))
        loss = float(losses[drawn].mean())
        skill = 1 - loss / base if base else np.nan
        auc = np.nan
        if base:
            auc = float(roc_auc_score(churned[drawn], probability[drawn]))
        return [loss, base, skill, float(errors[drawn].mean()), auc]

    values = measured(np.arange(users))
    again = [
        measured(draw.integers(users, size=users)) for _ in range(parameters.bootstraps)
    ]
    low, high = np.nanquantile(np.array(again), (0.025, 0.975), axis=0)
    names = ("log_loss", "log_loss_base_rate", "log_loss_skill", "brier", "roc_auc")
    return [
        Metric(
            *(MODEL, name, SPLIT, value, float(low[place]), float(high[place])),
            *(users, parameters.seed),
        )
        for place, (name, value) in enumerate(zip(names, values, strict=True))
    ]


def _entropy(rate: float) -> float:
    """Log loss of saying the rate itself."""
    return float(-sum(part * np.log(part) for part in (rate, 1 - rate) if part > 0))


def _by_band(
    probability: NDArray[np.float64], churned: NDArray[np.bool_], seed: int
) -> list[Metric]:
    """Of those in a band of risk, how many left."""
    band = risk_band(rounded(probability))
    return [
        proportion(
            *(MODEL, f"churn_rate_in_band_{number}", SPLIT),
            *(int(churned[band == number].sum()), int((band == number).sum()), seed),
        )
        for number in BANDS
    ]


def _flags(
    probability: NDArray[np.float64],
    churned: NDArray[np.bool_],
    flagged: NDArray[np.bool_],
    seed: int,
) -> list[Metric]:
    """Precision and recall of the rule, and of the model flagging as many users."""
    riskiest = np.zeros(len(flagged), bool)
    riskiest[np.argsort(-probability, kind="stable")[: int(flagged.sum())]] = True
    metrics = [
        proportion(
            *(MODEL, "churn_rate", SPLIT, int(churned.sum()), len(churned), seed)
        )
    ]
    for name, flags in {RULE: flagged, MODEL: riskiest}.items():
        hits = int((flags & churned).sum())
        at = "" if name == RULE else "_at_flags_of_rule"
        metrics += [
            proportion(name, f"precision{at}", SPLIT, hits, int(flags.sum()), seed),
            proportion(name, f"recall{at}", SPLIT, hits, int(churned.sum()), seed),
        ]
    return metrics
