"""How users live with the service, week by week: moods, plans, payments, leaving.

Each week every listener may drift away, come back to life, change the plan or leave
for good. Who leaves is a matter of chance, but the chance is driven by what the
warehouse can see: falling activity, skipping, failed payments.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music_warehouse.synthetic.random_streams import Purpose, random_stream
from music_warehouse.synthetic.service.accounts import (
    SKIP_LOGIT_SIGMA,
    USUAL_EAGERNESS,
    USUAL_SKIP_LOGIT,
    Accounts,
)
from music_warehouse.synthetic.service.columns import Columns
from music_warehouse.synthetic.service.days import first_day_of_week, week_of
from music_warehouse.synthetic.service.subscriptions import (
    BillRows,
    PlanChanges,
    Subscriptions,
)

CHURN_REASONS = ("falling_activity", "high_skip_rate", "failed_payments", "other")

# Log-odds of leaving in a week, and what is added to them.
BASE_HAZARD = -5.0
FALLING_WEIGHT, SKIPPING_WEIGHT, FAILING_WEIGHT = 1.4, 0.9, 1.1
_EAGERNESS_WEIGHT, _NEWCOMER_WEIGHT, _NEWCOMER_WEEKS = -0.4, 0.5, 4
_TELLING = 0.5

_DECLINES_PER_WEEK, _RECOVERIES_PER_WEEK = 0.010, 0.10
_DECLINE_STEP, _DECLINE_SKIPPING, _MOST_SKIPPING = 0.35, 0.22, 1.3
_MOOD_NOISE, _MOOD_RETURN = 0.15, 0.12
_FORGOTTEN_FAILURES_PER_WEEK = 0.25
_RETURNS_PER_WEEK = 0.006
_DRAWS_PER_WEEK = 15


def _expit(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-x)), np.float32)


@dataclass(frozen=True)
class Departures(Columns):
    """Users who left: `last_day` is the last listening day, on which they listened;
    `returned_day` 0 or the first one after; `hazard` the chance, that week, to
    leave; `reason` a place in CHURN_REASONS."""

    user: NDArray[np.int64]
    last_day: NDArray[np.int64]
    returned_day: NDArray[np.int64]
    reason: NDArray[np.int8]
    hazard: NDArray[np.float32]


@dataclass(frozen=True)
class Lives:
    """The weeks from `first_week` on of users by place.

    `mood` is added to the log-odds of listening on a day, `skipping` to those of a
    skip; bit k of `days` says whether the user may listen on weekday k at all.
    """

    first_week: int
    mood: NDArray[np.float16]
    skipping: NDArray[np.float16]
    days: NDArray[np.uint8]
    first_plan: NDArray[np.int8]
    departures: Departures
    changes: PlanChanges
    bills: BillRows


class _Week:
    """What a week is drawn from: one row of uniform numbers for each question."""

    def __init__(self, random: np.random.Generator, number: int, users: int) -> None:
        self.first_day = first_day_of_week(number)
        self._uniform = iter(random.random((_DRAWS_PER_WEEK, users), np.float32))
        self.normal = random.standard_normal(users, np.float32)

    def draw(self) -> NDArray[np.float32]:
        return next(self._uniform)


class _Simulation:
    """A block of users as weeks go by."""

    def __init__(
        self,
        accounts: Accounts,
        first_place: int,
        never_leaves: NDArray[np.bool_],
    ) -> None:
        users = len(accounts)
        self._accounts, self._first_place = accounts, first_place
        self._never_leaves = never_leaves
        self._listening = np.zeros(users, np.bool_)
        self._left = np.zeros(users, np.bool_)
        self.mood = np.zeros(users, np.float32)
        self._declining = np.zeros(users, np.bool_)
        self.skipping = np.zeros(users, np.float32)
        self._failures = np.zeros(users, np.float32)
        self.subscriptions = Subscriptions(accounts, first_place)
        self._departures: list[tuple[NDArray[np.generic], ...]] = []
        self._returns: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []

    def live(self, week: _Week) -> NDArray[np.uint8]:
        """Live through a week; the weekdays on which each user may listen."""
        first, end = self._arrive(week)
        self._feel(week)
        failed = self.subscriptions.live(
            week.first_day,
            [week.draw() for _ in range(7)],
            self._listening,
            self.mood,
        )
        self._failures *= 1 - _FORGOTTEN_FAILURES_PER_WEEK
        self._failures += failed
        present = self._listening.copy()
        self._leave(week, first, end)
        days = (1 << end) - (1 << first)
        return np.where(present, days, 0).astype(np.uint8)

    def _arrive(self, week: _Week) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Let newcomers in and some of those who left back; the weekdays between
        which each may listen."""
        start, when, whether = week.first_day, week.draw(), week.draw()
        registered = self._accounts.registered
        joins = (registered >= start) & (registered < start + 7)
        returns = self._left & (whether < _RETURNS_PER_WEEK)
        first = np.zeros(len(registered), np.int64)
        first[joins] = registered[joins] - start
        first[returns] = (when[returns] * 7).astype(np.int64)
        back = np.flatnonzero(returns)
        self._returns.append((back + self._first_place, start + first[back]))
        self._left[returns] = False
        self._listening[joins | returns] = True
        self.mood[returns] = -0.3
        self._declining[returns] = False
        self.skipping[returns] = 0.0
        self._failures[returns] = 0.0
        return first, np.full(len(registered), 7)

    def _feel(self, week: _Week) -> None:
        skipper = self._skipper()
        begins = week.draw() < _DECLINES_PER_WEEK * np.exp(0.4 * skipper)
        recovers = week.draw() < _RECOVERIES_PER_WEEK
        begins &= self._listening & ~self._never_leaves
        self._declining = np.where(self._declining, ~recovers, begins)
        self.mood += _MOOD_NOISE * week.normal
        self.mood -= np.where(self._declining, _DECLINE_STEP, _MOOD_RETURN * self.mood)
        self.skipping = np.where(
            self._declining,
            np.minimum(self.skipping + _DECLINE_SKIPPING, _MOST_SKIPPING),
            self.skipping * 0.6,
        ).astype(np.float32)

    def _skipper(self) -> NDArray[np.float32]:
        """How much more than usual a user skips, in standard deviations."""
        beyond = self._accounts.skip_logit + self.skipping - USUAL_SKIP_LOGIT
        return beyond / SKIP_LOGIT_SIGMA

    def _leave(
        self, week: _Week, first: NDArray[np.int64], end: NDArray[np.int64]
    ) -> None:
        """Decide who listens for the last time this week, and on which day."""
        accounts = self._accounts
        parts = np.stack(
            [
                FALLING_WEIGHT * np.maximum(-self.mood - 0.3, 0.0),
                SKIPPING_WEIGHT * np.maximum(self._skipper() - 0.3, 0.0),
                FAILING_WEIGHT * self._failures,
            ]
        )
        age = week.first_day - accounts.registered
        hazard = _expit(
            BASE_HAZARD
            + parts.sum(0)
            + _EAGERNESS_WEIGHT * (accounts.eagerness - USUAL_EAGERNESS)
            + _NEWCOMER_WEIGHT * (age < 7 * _NEWCOMER_WEEKS)
        )
        leaves = (week.draw() < hazard) & self._listening & ~self._never_leaves
        who = np.flatnonzero(leaves)
        span = (7 - first)[who]
        end[who] = first[who] + 1 + (week.draw()[who] * span).astype(np.int64)
        told = parts[:, who]
        reason = np.where(told.max(0) > _TELLING, told.argmax(0), len(told))
        self._departures.append(
            (
                who + self._first_place,
                week.first_day + end[who] - 1,
                reason.astype(np.int8),
                hazard[who],
            )
        )
        self._listening[who] = False
        self._left[who] = True

    def departures(self) -> Departures:
        """All departures so far, each with the return that followed."""
        columns = [np.concatenate(c) for c in zip(*self._departures, strict=True)]
        user, last_day, reason, hazard = columns
        back, back_day = (np.concatenate(c) for c in zip(*self._returns, strict=True))
        # A user leaves, returns, leaves …: the n-th return ends the n-th absence.
        left_order = np.lexsort((last_day, user))
        back_order = np.lexsort((back_day, back))
        left_rank = _rank_in_group(user[left_order])
        back_rank = _rank_in_group(back[back_order])
        scale = np.int64(1_000)
        left_key = user[left_order] * scale + left_rank
        back_key = back[back_order] * scale + back_rank
        place = np.searchsorted(back_key, left_key).clip(max=max(len(back) - 1, 0))
        returned = np.zeros(len(user), np.int64)
        if len(back):
            has_returned = back_key[place] == left_key
            returned[left_order] = np.where(
                has_returned, back_day[back_order][place], 0
            )
        return Departures(user, last_day, returned, reason, hazard)


def _rank_in_group(grouped: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, 2 … within each run of equal values."""
    return np.arange(len(grouped)) - np.searchsorted(grouped, grouped)


def lives_of_block(
    seed: int,
    block: int,
    accounts: Accounts,
    never_leaves: NDArray[np.bool_],
    first_week: int,
    last_day: int,
    bills_from: int,
) -> Lives:
    """The lives of a block's users until the week of `last_day`, kept from
    `first_week` on, their payments from the day `bills_from` on. A later last day
    continues the same lives."""
    users = len(accounts)
    first_place = block * users
    random = random_stream(seed, Purpose.SERVICE_LIVES, block)
    simulation = _Simulation(accounts, first_place, never_leaves)
    last_week = week_of(last_day)
    weeks = last_week - first_week + 1
    mood = np.zeros((users, weeks), np.float16)
    skipping = np.zeros_like(mood)
    days = np.zeros((users, weeks), np.uint8)
    begins = max(week_of(int(accounts.registered[0])), 0)
    for number in range(begins, last_week + 1):
        allowed = simulation.live(_Week(random, number, users))
        if number >= first_week:
            column = number - first_week
            mood[:, column] = simulation.mood
            skipping[:, column] = simulation.skipping
            days[:, column] = allowed
    subscriptions = simulation.subscriptions
    return Lives(
        first_week,
        mood,
        skipping,
        days,
        subscriptions.first_plan,
        simulation.departures(),
        subscriptions.changes(),
        subscriptions.bills(bills_from),
    )


def joined(parts: list[Lives], users: int) -> Lives:
    """The lives of the first `users` users of consecutive blocks as one."""
    departures = Departures.together([part.departures for part in parts])
    changes = PlanChanges.together([part.changes for part in parts])
    bills = BillRows.together([part.bills for part in parts])
    return Lives(
        parts[0].first_week,
        np.concatenate([part.mood for part in parts])[:users],
        np.concatenate([part.skipping for part in parts])[:users],
        np.concatenate([part.days for part in parts])[:users],
        np.concatenate([part.first_plan for part in parts])[:users],
        departures.take(departures.user < users),
        changes.take(changes.user < users),
        bills.take(bills.user < users),
    )
