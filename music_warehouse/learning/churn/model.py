"""The probability of leaving: a regression and boosted trees, one mean of both."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from music_warehouse.learning.churn.features import FEATURES, THEMES, UserDates
from music_warehouse.learning.determinism import one_thread

_CERTAIN = 1e-4
# One play less matters among few, not among many.
_BY_RATIO = (
    *("days_since_play", "plays", "listened_hours", "sessions"),
    *("days_known",),
)
# More silence never makes staying likelier, nor does more listening make leaving so.
_DIRECTION = {
    **{"days_since_play": 1, "failed_payments": 1},
    **{"week_active_days": -1, "active_days": -1, "plays": -1},
    **{"listened_hours": -1, "sessions": -1},
}


@dataclass(frozen=True)
class ChurnParameters:
    """How leaving is learned, and from how few it is not.

    The trees are few, small and slow learners, and the regression's coefficients are
    held near 0 by their inverse penalty: a date has some thousand users, of whom a
    tenth leave, and most of what can be known of them is how long they are silent.
    """

    min_users: int = 200
    min_outcomes: int = 20
    trees: int = 60
    leaves: int = 4
    learning_rate: float = 0.05
    min_leaf_rows: int = 40
    leaf_penalty: float = 5.0
    inverse_penalty: float = 0.1
    bootstraps: int = 1_000
    seed: int = 20111027


@dataclass(frozen=True)
class ChurnModel:
    """Boosted trees, a regression on standardised columns, and the usual user."""

    trees: HistGradientBoostingClassifier
    regression: LogisticRegression
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    usual: NDArray[np.float64]

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds of leaving: the mean of what both learners say."""
        if not len(features):
            return np.zeros(0)
        columns = (_columns(features, self.usual) - self.mean) / self.deviation
        with one_thread():
            both = (
                self.regression.decision_function(columns),
                self.trees.decision_function(features),
            )
        return np.asarray(np.mean(both, axis=0), np.float64)

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of leaving, never nearer to 0 or 1 than 0.0001."""
        return probability_of(self.log_odds(features))

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


def probability_of(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability that log-odds stand for, never nearer to 0 or 1 than 0.0001."""
    return np.clip(1 / (1 + np.exp(-log_odds)), _CERTAIN, 1 - _CERTAIN)


def fit_churn(known: UserDates, parameters: ChurnParameters) -> ChurnModel:
    """Both learners from users whose outcome is known.

    Both are penalised maximum likelihood, so that what they say is a probability
    without a line through a further date, whose some eighty leavers would move it more
    than it is off. The regression has silence and counts by their logarithm as well;
    the trees are monotone where the direction is no question.
    """
    usual = _medians(known.features)
    columns = _columns(known.features, usual)
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    deviation[deviation == 0] = 1
    trees = HistGradientBoostingClassifier(
        max_iter=parameters.trees,
        max_leaf_nodes=parameters.leaves,
        learning_rate=parameters.learning_rate,
        min_samples_leaf=parameters.min_leaf_rows,
        l2_regularization=parameters.leaf_penalty,
        monotonic_cst=[_DIRECTION.get(name, 0) for name in FEATURES],
        early_stopping=False,
        random_state=parameters.seed % 2**32,
    )
    regression = LogisticRegression(
        C=parameters.inverse_penalty, tol=1e-8, max_iter=3_000
    )
    outcome = known.churned.astype(np.int64)
    with one_thread():
        trees.fit(known.features, outcome)
        regression.fit((columns - mean) / deviation, outcome)
    return ChurnModel(trees, regression, mean, deviation, usual)


def silence_alone(known: UserDates, asked: UserDates) -> NDArray[np.float64]:
    """The probability of leaving by nothing but the days since the last play: a
    logistic regression on their logarithm, learned from `known`."""
    place = FEATURES.index("days_since_play")
    regression = LogisticRegression(C=1e6, tol=1e-8, max_iter=3_000)
    with one_thread():
        regression.fit(
            np.log1p(known.features[:, [place]]), known.churned.astype(np.int64)
        )
        odds = regression.decision_function(np.log1p(asked.features[:, [place]]))
    return probability_of(odds)


def _columns(
    features: NDArray[np.float64], usual: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What the regression reads: what is not known is as usual, and some counts come
    by their logarithm too."""
    filled = np.where(np.isnan(features), np.nan_to_num(usual), features)
    places = [FEATURES.index(name) for name in _BY_RATIO]
    return np.column_stack([filled, np.log1p(filled[:, places])])


def _medians(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of each column's known values, NaN where none is."""
    known = [column[~np.isnan(column)] for column in features.T]
    return np.array([np.median(each) if len(each) else np.nan for each in known])
