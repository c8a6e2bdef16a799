"""What speaks against an account, each kind by a rule and a strength."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import poisson

from music_warehouse.errors import UserError

_STANDARD_DEVIATIONS = 3
# People of one taste and one time zone meet on a track far oftener than two at random.
_LIKENESS_OF_USERS = 20.0
_MOST_SURPRISE = 50.0

_COLUMNS = (
    *("plays", "most_plays_of_a_track", "most_hours", "threshold_share_lo"),
    *("effective_hours", "overlap_share", "lockstep_plays"),
    "lockstep_plays_by_chance",
)


@dataclass(frozen=True)
class Rule:
    """One kind of evidence: the rule is broken above `limit`.

    The strength of evidence rises evenly from 0 at `silent_at` to 1 at `full_at`, so
    that it does not hang on one play; `weight` is the score that full strength gives
    by itself.
    """

    column: str
    silent_at: float
    limit: float
    full_at: float
    weight: float

    def is_broken(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether the rule is broken; what is not known breaks none."""
        return np.asarray(np.nan_to_num(values, nan=-np.inf) > self.limit)

    def strength(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """From 0 to 1; 0 where nothing is known."""
        ramp = (values - self.silent_at) / (self.full_at - self.silent_at)
        return np.asarray(np.clip(np.nan_to_num(ramp), 0, 1))


RULES: dict[str, Rule] = {
    "looped_track": Rule("most_plays_of_a_track", 5, 10, 40, 0.5),
    "sleepless": Rule("most_hours", 14, 20, 22, 0.6),
    "ends_when_paid": Rule("threshold_share_lo", 0.15, 0.30, 0.60, 0.7),
    "flat_day": Rule("effective_hours", 12, 16, 20, 0.8),
    "overlap": Rule("overlap_share", 0.005, 0.02, 0.05, 0.7),
    "lockstep": Rule("lockstep_surprise", 3, 6, 12, 0.9),
}
"""The evidence. A track over 10 times and over 20 hours in a day are the usual limits;
a person hears music in fewer than 12 hours' worth of a day, and one account cannot play
two things at once for long. Lockstep is the negative decimal logarithm of its chance
among all users."""

VOLUME = "volume"
VOLUME_WEIGHT = 0.2
"""Of playing more than mean + 3 standard deviations of all, as devoted listeners do."""


@dataclass(frozen=True)
class Evidence:
    """Users in the order of keys, and their values in RULES' columns."""

    user_key: NDArray[np.int64]
    values: dict[str, NDArray[np.float64]]
    is_above_mean: NDArray[np.bool_]


def read_evidence(table: pa.Table) -> Evidence:
    """Evidence from the columns of `int_stream_evidence`, in any order of rows.

    Raises UserError where a column is missing.
    """
    missing = sorted({"user_key", *_COLUMNS} - set(table.column_names))
    if missing:
        raise UserError(f"Anomalies need the column {missing[0]}, which is missing.")
    table = table.select(["user_key", *_COLUMNS]).sort_by("user_key")
    values = {
        name: table[name].cast(pa.float64()).to_numpy().astype(np.float64)
        for name in _COLUMNS
    }
    values["lockstep_surprise"] = _surprise(
        values["lockstep_plays"], values["lockstep_plays_by_chance"]
    )
    plays = values["plays"]
    limit = plays.mean() + _STANDARD_DEVIATIONS * plays.std() if len(plays) else np.inf
    return Evidence(table["user_key"].to_numpy(), values, plays > limit)


def _surprise(
    plays: NDArray[np.float64], by_chance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """-log10 of the chance that any of all users comes so often within seconds.

    The tail of a Poisson distribution times the number of users (Bonferroni), each of
    whom the partner was chosen from.
    """
    expected = _LIKENESS_OF_USERS * np.nan_to_num(by_chance)
    chance = poisson.logsf(plays - 1, np.maximum(expected, 1e-12)) / np.log(10)
    surprise = -(chance + np.log10(max(len(plays), 1)))
    return np.asarray(np.clip(np.where(plays >= 1, surprise, 0), 0, _MOST_SURPRISE))
