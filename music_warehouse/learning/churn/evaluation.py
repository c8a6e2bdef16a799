"""How good the probability of leaving is, on a date that came after all it learned."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.learning.churn.bands import BANDS, risk_band
from music_warehouse.learning.churn.dates import time_split
from music_warehouse.learning.churn.features import FEATURES, UserDates, user_dates
from music_warehouse.learning.churn.model import (
    ChurnParameters,
    fit_churn,
    silence_alone,
)
from music_warehouse.learning.determinism import rounded
from music_warehouse.learning.model_metrics import Metric, metrics_table, proportion

MODEL, SILENCE, RULE = "churn_model", "churn_silence_alone", "churn_rule"
SPLIT, RECENT_SPLIT = "latest_date", "latest_date_active_7_days"
_MEASURES = ("log_loss", "log_loss_base_rate", "log_loss_skill", "brier", "roc_auc")
_RECENT_DAYS = 7


def churn_evaluation(table: pa.Table, parameters: ChurnParameters) -> pa.Table:
    """One row per metric: the model learned from early dates and judged by the latest
    whose outcome is known; beside it what the days since the last play alone say, and
    the rule.

    Skill is 1 - log loss / log loss of the best constant in hindsight, the rate of
    the judged users themselves: 0 says nothing is known of single users. Bounds are
    those of a bootstrap over users, of shares those of Wilson. Where there is too
    little data there is one row, `log_loss_skill`, without a value and with the
    reason.
    """
    rows = user_dates(table)
    split = time_split(rows, parameters)
    if isinstance(split, str):
        nothing = Metric(
            *(MODEL, "log_loss_skill", SPLIT, None, None, None, 0, parameters.seed),
            reason=split,
        )
        return metrics_table([nothing])
    probabilities = {
        MODEL: fit_churn(split.history, parameters).probability(split.test.features),
        SILENCE: silence_alone(split.history, split.test),
    }
    return metrics_table(_judged(probabilities, split.test, parameters))


def _judged(
    probabilities: dict[str, NDArray[np.float64]],
    test: UserDates,
    parameters: ChurnParameters,
) -> list[Metric]:
    churned = test.churned.astype(bool)
    silence = test.features[:, FEATURES.index("days_since_play")]
    everybody = np.ones(len(test), bool)
    groups = {SPLIT: everybody, RECENT_SPLIT: silence <= _RECENT_DAYS}
    return [
        *(
            metric
            for split, group in groups.items()
            for metric in _bootstrapped(
                {model: each[group] for model, each in probabilities.items()},
                *(churned[group], split, parameters),
            )
        ),
        *_by_band(probabilities[MODEL], churned, parameters.seed),
        *_flags(probabilities, churned, test.flagged, parameters.seed),
    ]


def _bootstrapped(
    probabilities: dict[str, NDArray[np.float64]],
    churned: NDArray[np.bool_],
    split: str,
    parameters: ChurnParameters,
) -> list[Metric]:
    """What is measured of each way to tell, and by how much the model's skill exceeds
    that of silence alone; of all the same users are drawn again."""
    users = len(churned)
    if churned.all() or not churned.any():
        return []
    draw = np.random.default_rng([parameters.seed, 1])
    ranks = {
        model: np.unique(each, return_inverse=True)[1]
        for model, each in probabilities.items()
    }

    def measured(drawn: NDArray[np.int64]) -> list[float]:
        values = [
            _measures(each[drawn], ranks[model][drawn], churned[drawn])
            for model, each in probabilities.items()
        ]
        place = _MEASURES.index("log_loss_skill")
        model, silence = (list(probabilities).index(each) for each in (MODEL, SILENCE))
        above = values[model][place] - values[silence][place]
        return [*(value for each in values for value in each), above]

    values = measured(np.arange(users))
    again = [
        measured(draw.integers(users, size=users)) for _ in range(parameters.bootstraps)
    ]
    low, high = np.nanquantile(np.array(again), (0.025, 0.975), axis=0)
    names = [(model, name) for model in probabilities for name in _MEASURES]
    names.append((MODEL, "log_loss_skill_above_silence"))
    return [
        Metric(
            *(model, name, split, value, float(low[place]), float(high[place])),
            *(users, parameters.seed),
        )
        for place, ((model, name), value) in enumerate(zip(names, values, strict=True))
    ]


def _measures(
    probability: NDArray[np.float64],
    rank: NDArray[np.int64],
    churned: NDArray[np.bool_],
) -> list[float]:
    """The values of _MEASURES; `rank` is the place of each probability."""
    base = _entropy(float(churned.mean()))
    loss = float(-np.log(np.where(churned, probability, 1 - probability)).mean())
    brier = float(((probability - churned) ** 2).mean())
    if not base:
        return [loss, base, np.nan, brier, np.nan]
    return [loss, base, 1 - loss / base, brier, _roc_auc(rank, churned)]


def _roc_auc(rank: NDArray[np.int64], churned: NDArray[np.bool_]) -> float:
    """How often who left has the higher rank than who stayed, half of the ties
    included: without sorting, since a bootstrap asks it thousands of times."""
    places = int(rank.max()) + 1
    left = np.bincount(rank[churned], minlength=places)
    stayed = np.bincount(rank[~churned], minlength=places)
    below = np.cumsum(stayed) - stayed / 2
    return float(left @ below / (left.sum() * stayed.sum()))


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
    probabilities: dict[str, NDArray[np.float64]],
    churned: NDArray[np.bool_],
    flagged: NDArray[np.bool_],
    seed: int,
) -> list[Metric]:
    """Precision and recall of the rule, and of the others flagging as many users."""
    left = int(churned.sum())
    metrics = [proportion(MODEL, "churn_rate", SPLIT, left, len(churned), seed)]
    riskiest = {}
    for model, probability in probabilities.items():
        riskiest[model] = np.zeros(len(flagged), bool)
        order = np.argsort(-probability, kind="stable")
        riskiest[model][order[: int(flagged.sum())]] = True
    for name, flags in {RULE: flagged, **riskiest}.items():
        hits = int((flags & churned).sum())
        at = "" if name == RULE else "_at_flags_of_rule"
        metrics += [
            proportion(name, f"precision{at}", SPLIT, hits, int(flags.sum()), seed),
            proportion(name, f"recall{at}", SPLIT, hits, left, seed),
        ]
    return metrics
