"""Days of the service's world: UTC days, weeks, and listeners' own days.

A UTC day is its number since 1970-01-01. A listening day is the listener's: from
04:00 local time to 04:00 of the next, so that hardly anybody listens across its
end and what is played on one depends on no other.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from music_warehouse.synthetic.service.reference import time_zones

MS_PER_DAY = 86_400_000
LISTENING_DAY_STARTS = time(4)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return date(1970, 1, 1) + timedelta(days=number)


# A Monday: weeks are counted from it.
WORLD_BEGINS = day_number(date(2024, 1, 1))
# The day at which as many users have registered as were asked for.
USUAL_LAST_DAY = day_number(date(2026, 6, 30))
WORLD_ENDS = day_number(date(2027, 6, 30))


def week_of(day: int) -> int:
    """The number of the week of a day, from Monday, 0 being the world's first."""
    return (day - WORLD_BEGINS) // 7


def first_day_of_week(week: int) -> int:
    """The Monday of a week."""
    return WORLD_BEGINS + 7 * week


def month_ends(first: int, last: int) -> list[int]:
    """The last days of the calendar months that `first` to `last` touch, cut at
    `last`."""
    ends = [
        day
        for day in range(first, last + 1)
        if day_of(day + 1).day == 1 and day != last
    ]
    return [*ends, last]


def month_start(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first day of the calendar month of each day."""
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


@cache
def _zones() -> tuple[ZoneInfo, ...]:
    return tuple(ZoneInfo(name) for name in time_zones())


@cache
def listening_day_starts(day: int) -> NDArray[np.int64]:
    """When a listening day starts in each of `time_zones`, in ms since 1970 UTC."""
    local = datetime.combine(day_of(day), LISTENING_DAY_STARTS)
    return np.array(
        [round(local.replace(tzinfo=zone).timestamp() * 1000) for zone in _zones()],
        np.int64,
    )
