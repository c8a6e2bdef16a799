"""The probability of leaving: boosted trees, calibrated on a later date."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from music_warehouse.learning.churn.features import FEATURES, THEMES, UserDates
from music_warehouse.learning.determinism import one_thread

_CERTAIN = 1e-4


@dataclass(frozen=True)
class ChurnParameters:
    """How many users are learned from, and how few are too few.

    The trees are small and slow learners: a date has some thousand users, of whom a
    tenth leave.
    """

    most_users: int = 20_000
    min_users: int = 200
    min_outcomes: int = 20
    trees: int = 120
    leaves: int = 6
    learning_rate: float = 0.05
    min_leaf_rows: int = 40
    bootstraps: int = 1_000
    seed: int = 20111027


@dataclass(frozen=True)
class ChurnModel:
    """Boosted trees, the line that calibrates their log-odds, and the usual user."""

    trees: HistGradientBoostingClassifier
    slope: float
    intercept: float
    usual: NDArray[np.float64]

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds of leaving."""
        with one_thread():
            return _raw_log_odds(self.trees, features) * self.slope + self.intercept

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probability of leaving, never nearer to 0 or 1 than 0.0001."""
        odds = self.log_odds(features)
        return np.clip(1 / (1 + np.exp(-odds)), _CERTAIN, 1 - _CERTAIN)

    def effects(
        self, features: NDArray[np.float64]
    ) -> tuple[list[str], NDArray[np.float64]]:
        """For each theme by how much the user's log-odds exceed those of the same
        user with the theme's features as usual: what the risk is associated with,
        not what causes it."""
        own = self.log_odds(features)
        columns = []
        for theme in THEMES.values():
            places = [FEATURES.index(name) for name in theme]
            changed = features.copy()
            changed[:, places] = self.usual[places]
            columns.append(own - self.log_odds(changed))
        return list(THEMES), np.column_stack(columns)


def fit_churn(
    history: UserDates, calibration: UserDates, parameters: ChurnParameters
) -> ChurnModel:
    """Trees learned from `history`, calibrated on a date that came after it.

    Platt, J. (1999): a logistic regression of the outcome on the trees' log-odds. Two
    numbers are all that a few hundred leavers can settle; the steps of an isotonic
    regression would follow single users. A falling line would say that the trees are
    wrong throughout; then they say nothing and everybody has the base rate.
    """
    trees = HistGradientBoostingClassifier(
        max_iter=parameters.trees,
        max_leaf_nodes=parameters.leaves,
        learning_rate=parameters.learning_rate,
        min_samples_leaf=parameters.min_leaf_rows,
        early_stopping=False,
        random_state=parameters.seed % 2**32,
    )
    with one_thread():
        trees.fit(history.features, history.churned.astype(np.int64))
        raw = _raw_log_odds(trees, calibration.features)
        outcome = calibration.churned.astype(np.int64)
        line = LogisticRegression(C=1e6, tol=1e-8, max_iter=1_000)
        line.fit(raw[:, None], outcome)
    slope, intercept = float(line.coef_[0, 0]), float(line.intercept_[0])
    if slope <= 0:
        rate = outcome.mean()
        slope, intercept = 0.0, float(np.log(rate / (1 - rate)))
    return ChurnModel(trees, slope, intercept, _medians(history.features))


def _medians(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of each column's known values, NaN where none is."""
    known = [column[~np.isnan(column)] for column in features.T]
    return np.array([np.median(each) if len(each) else np.nan for each in known])


def _raw_log_odds(
    trees: HistGradientBoostingClassifier, features: NDArray[np.float64]
) -> NDArray[np.float64]:
    if not len(features):
        return np.zeros(0)
    return np.asarray(trees.decision_function(features), np.float64)
