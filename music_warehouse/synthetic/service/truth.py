"""The planted truth, for evaluation only: the warehouse never reads it."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.synthetic.delivery_files import delivery_file
from music_warehouse.synthetic.service.arrivals import Arrival, Latecomers
from music_warehouse.synthetic.service.days import day_of
from music_warehouse.synthetic.service.lives import CHURN_REASONS, Departures
from music_warehouse.synthetic.service.planted import ATTACKS, Role, Roles
from music_warehouse.synthetic.service.reference import PLANS
from music_warehouse.synthetic.service.subscriptions import PlanChanges


def _dates(days: NDArray[np.int64]) -> pa.Array:
    """Dates of day numbers, null where 0."""
    return pa.array(days.astype(np.int32), pa.date32(), mask=days == 0)


def _named(codes: NDArray[np.integer], names: Iterable[str]) -> pa.Array:
    return pa.array(list(names)).take(pa.array(codes))


def _write(path: Path, table: pa.Table) -> None:
    with delivery_file(path, table.schema, {}) as file:
        file.append(file.encode(table))


ARRIVALS_SCHEMA = pa.schema(
    [
        ("event_id", pa.int64()),
        ("arrival", pa.string()),
        ("arrived_on", pa.date32()),
    ]
)


def arrivals_table(latecomers: Latecomers) -> pa.Table:
    """Which events came late, again or corrected, and when."""
    names = [arrival.name.lower() for arrival in Arrival]
    return pa.table(
        {
            "event_id": latecomers.events.event_id,
            "arrival": _named(latecomers.arrival, names),
            "arrived_on": _dates(latecomers.arrives_on),
        }
    )


def _attacks(roles: Roles, first: int, last: int) -> pa.Table:
    """Per attacking account and run of days on which it attacks, cut at the ends of
    the delivery."""
    rows = []
    for role in ATTACKS:
        active: dict[int, list[int]] = {int(user): [] for user in roles.of(role)}
        for day in range(first, last + 1):
            for user in roles.active(role, day):
                active[int(user)].append(day)
        for user, days in active.items():
            starts = [day for day in days if day - 1 not in days]
            ends = [day for day in days if day + 1 not in days]
            rows += [
                (user + 1, role.name.lower(), int(roles.group[user]), start, end)
                for start, end in zip(starts, ends, strict=True)
            ]
    columns = list(zip(*rows, strict=True)) or [()] * 5
    return pa.table(
        {
            "user_id": pa.array(columns[0], pa.int64()),
            "attack": pa.array(columns[1], pa.string()),
            "group_no": pa.array(columns[2], pa.int64()),
            "first_day": _dates(np.array(columns[3], np.int64)),
            "last_day": _dates(np.array(columns[4], np.int64)),
        }
    )


def _churners(departures: Departures, first: int, last: int) -> pa.Table:
    chosen = (departures.last_day >= first) & (departures.last_day <= last)
    order = np.lexsort((departures.user, departures.last_day))
    rows = order[chosen[order]]
    returned = departures.returned_day[rows]
    return pa.table(
        {
            "user_id": departures.user[rows] + 1,
            "last_active_day": _dates(departures.last_day[rows]),
            "reason": _named(departures.reason[rows], CHURN_REASONS),
            "weekly_hazard": departures.hazard[rows].round(6),
            "returned_day": _dates(np.where(returned <= last, returned, 0)),
        }
    )


def _plan_changes(changes: PlanChanges, first: int, last: int) -> pa.Table:
    chosen = (changes.day >= first) & (changes.day <= last)
    order = np.lexsort((changes.user, changes.day))
    rows = order[chosen[order]]
    return pa.table(
        {
            "user_id": changes.user[rows] + 1,
            "changed_on": _dates(changes.day[rows]),
            "plan_before": _named(changes.before[rows], PLANS),
            "plan_after": _named(changes.after[rows], PLANS),
        }
    )


def write_truth(
    folder: Path,
    first: int,
    last: int,
    roles: Roles,
    departures: Departures,
    changes: PlanChanges,
) -> None:
    """Write what was planted between two days, one CSV file for each kind, whose name
    ends in the days."""
    fans = roles.of(Role.SUPER_FAN)
    tables = {
        "attacks": _attacks(roles, first, last),
        "super_fans": pa.table({"user_id": fans + 1}),
        "churners": _churners(departures, first, last),
        "plan_changes": _plan_changes(changes, first, last),
    }
    for name, table in tables.items():
        _write(folder / f"{name}_{day_of(first)}_{day_of(last)}.csv", table)
