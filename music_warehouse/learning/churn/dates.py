"""Which dates are learned from, and which are judged by."""

from dataclasses import dataclass

import numpy as np

from music_warehouse.learning.churn.features import UserDates
from music_warehouse.learning.churn.model import ChurnParameters

_FEWEST_DATES = 3


@dataclass(frozen=True)
class TimeSplit:
    """Users at dates in the order of time: what came later was never learned from."""

    history: UserDates
    test: UserDates


def time_split(rows: UserDates, parameters: ChurnParameters) -> TimeSplit | str:
    """The latest date of known outcome to be judged by, all earlier ones to learn
    from; or, in a sentence, why there are too few dates, users or outcomes."""
    dates = rows.labelled_dates()
    if len(dates) < _FEWEST_DATES:
        return (
            f"too few dates with known outcomes: {len(dates)} of {_FEWEST_DATES} "
            "needed, which is plays of five times churn_days"
        )
    split = TimeSplit(rows.at(dates[:-1]), rows.at(dates[-1:]))
    for use, part in {
        "to learn from": split.history,
        "to be judged by": split.test,
    }.items():
        # Of people, who may be there at several dates.
        users = len(np.unique(part.user_key))
        fewer = min(
            len(np.unique(part.user_key[part.churned == outcome])) for outcome in (0, 1)
        )
        if users < parameters.min_users:
            return f"too few users {use}: {users} of {parameters.min_users} needed"
        if fewer < parameters.min_outcomes:
            return (
                f"too few users who left or stayed {use}: {fewer} of "
                f"{parameters.min_outcomes} needed"
            )
    return split
