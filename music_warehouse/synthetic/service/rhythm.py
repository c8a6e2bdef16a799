"""When in a day people start to listen, in their own time."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from music_warehouse.synthetic.service.days import day_of

_BITS = 11
_CHRONOTYPE_SHIFT_HOURS = (-1.0, 0.0, 1.7)
SECONDS_PER_DAY = 86_400

# Relative numbers of sessions that start in each local hour from 04:00 on.
_WEEKDAY = (1, 3, 9, 17, 18, 12, 10, 10, 13, 12, 11, 12, 15, 20, 22, 20, 18, 18, 17, 13)
_WEEKDAY_NIGHT = (8, 4, 2, 1)
_WEEKEND = (1, 1, 2, 5, 9, 13, 17, 18, 18, 17, 17, 17, 18, 19, 20, 20, 20, 20, 19, 17)
_WEEKEND_NIGHT = (13, 9, 5, 2)

_SATURDAY, _SUNDAY = 5, 6
# Added to the log-odds of listening on a day, Monday first.
_WEEKDAY_MOOD = (-0.05, 0.0, 0.0, 0.05, 0.25, 0.2, -0.15)
# January first: less in summer, when people are outside, most in December.
_MONTH_MOOD = (
    *(0.08, 0.05, 0.0, 0.0, -0.03, -0.08),
    *(-0.12, -0.12, 0.0, 0.05, 0.1, 0.18),
)


def day_mood(day: int) -> float:
    """What the weekday and the season add to the log-odds of listening."""
    date = day_of(day)
    return _WEEKDAY_MOOD[date.weekday()] + _MONTH_MOOD[date.month - 1]


@cache
def _start_table(is_weekend: bool, chronotype: int) -> NDArray[np.float32]:
    """Quantiles of the starts of sessions, in seconds after 04:00 local time."""
    hours = _WEEKEND + _WEEKEND_NIGHT if is_weekend else _WEEKDAY + _WEEKDAY_NIGHT
    running = np.r_[0.0, np.cumsum(hours)] / sum(hours)
    steps = np.linspace(0.0, 1.0, 2**_BITS + 1)
    seconds = np.interp(steps, running, np.arange(25) * 3_600.0)
    # Waking later moves the day but not its ends: the shift fades towards both.
    fade = np.sin(np.pi * seconds / SECONDS_PER_DAY)
    seconds += _CHRONOTYPE_SHIFT_HOURS[chronotype] * 3_600 * fade
    return np.asarray(seconds, np.float32)


@cache
def _start_tables(is_weekend: bool) -> NDArray[np.float32]:
    chronotypes = range(len(_CHRONOTYPE_SHIFT_HOURS))
    return np.stack([_start_table(is_weekend, c) for c in chronotypes])


def session_starts(
    day: int, chronotype: NDArray[np.int8], uniform: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Starts of sessions in milliseconds after 04:00 of a listening day, one for
    each uniform number."""
    tables = _start_tables(day_of(day).weekday() in (_SATURDAY, _SUNDAY))
    place = uniform * np.float32(2**_BITS)
    step = np.minimum(place.astype(np.int64), 2**_BITS - 1)
    before, after = tables[chronotype, step], tables[chronotype, step + 1]
    seconds = before + (place - step) * (after - before)
    starts: NDArray[np.int64] = (seconds * 1_000).astype(np.int64)
    return starts.clip(0, SECONDS_PER_DAY * 1_000 - 1)
