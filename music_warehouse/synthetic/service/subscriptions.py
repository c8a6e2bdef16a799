"""Subscriptions: plans, their changes, and the payments for them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music_warehouse.synthetic.random_streams import hashed
from music_warehouse.synthetic.service.accounts import USUAL_EAGERNESS, Accounts
from music_warehouse.synthetic.service.columns import Columns
from music_warehouse.synthetic.service.days import month_start
from music_warehouse.synthetic.service.reference import (
    FAILED,
    FAMILY,
    FREE,
    PREMIUM,
    STUDENT,
    SUCCEEDED,
)

# A failed payment is tried again after so many days; the last failure ends the plan.
RETRY_DAYS = (0, 3, 7, 12)

_FIRST_PLAN_SALT = 100
_NEVER = np.int64(1) << 40
_PAID_FROM_THE_START = 0.3
_CONVERSIONS_PER_WEEK = 0.012
_STUDENT_AGES = (18, 25)
_FAMILY_AGE = 28
_CANCELS_ABSENT, _CANCELS, _CANCELS_UNHAPPY, _UNHAPPY = 0.75, 0.015, 0.06, -1.0
_SWITCHES = {
    PREMIUM: (FAMILY, 0.012),
    FAMILY: (PREMIUM, 0.015),
    STUDENT: (PREMIUM, 0.03),
}
_RISKY, _RETRY_FAILS, _RISKY_RETRY_FAILS = 0.3, 0.45, 0.75
_REFUNDED_SHARE, MOST_REFUND_DAYS = 0.012, 20
_SLOW_SHARE, MOST_SETTLE_DAYS = 0.08, 2


@dataclass(frozen=True)
class PlanChanges(Columns):
    """Changes of plan, `before` and `after` being places in PLANS."""

    user: NDArray[np.int64]
    day: NDArray[np.int64]
    before: NDArray[np.int8]
    after: NDArray[np.int8]


@dataclass(frozen=True)
class BillRows(Columns):
    """Payments that were tried: on `day`, `second` s after midnight UTC, for the
    month that begins on `period`; known after `settled_day`, given back on
    `refund_day` or, where that is 0, never."""

    user: NDArray[np.int64]
    day: NDArray[np.int64]
    second: NDArray[np.int32]
    plan: NDArray[np.int8]
    period: NDArray[np.int64]
    status: NDArray[np.int8]
    settled_day: NDArray[np.int64]
    refund_day: NDArray[np.int64]


def _uniform(key: NDArray[np.uint64], salt: int) -> NDArray[np.float64]:
    return (hashed(key, salt) >> np.uint64(11)).astype(np.float64) / 2**53


def _next_month(day: NDArray[np.int64], anchor: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same day of the next month as the subscription's first, or its last day."""
    following = month_start(month_start(day) + 31)
    last = month_start(following + 31) - 1
    return np.asarray(np.minimum(following + anchor - 1, last))


class Subscriptions:
    """The plans of a block of users as weeks go by."""

    def __init__(self, accounts: Accounts, first_place: int) -> None:
        users = len(accounts)
        self._accounts, self._first_place = accounts, first_place
        draw = _uniform(accounts.name_draw.astype(np.uint64), _FIRST_PLAN_SALT)
        paid = draw < _PAID_FROM_THE_START
        self.first_plan = np.where(
            paid, self._choice(draw / _PAID_FROM_THE_START), FREE
        ).astype(np.int8)
        self._plan = self.first_plan.copy()
        self._anchor = np.zeros(users, np.int64)
        self._bill_day = np.full(users, _NEVER)
        self._free_from = np.zeros(users, np.int64)
        starts = np.flatnonzero(paid)
        self._start(starts, accounts.registered[starts].astype(np.int64))
        self._changes: list[PlanChanges] = []
        self._bills: list[BillRows] = []

    def _choice(self, uniform: NDArray[np.float64]) -> NDArray[np.int64]:
        age = self._accounts.age
        student = (age >= _STUDENT_AGES[0]) & (age <= _STUDENT_AGES[1])
        chosen = np.where((age > _FAMILY_AGE) & (uniform < 0.25), FAMILY, PREMIUM)
        return np.where(student & (uniform < 0.5), STUDENT, chosen)

    def _start(self, who: NDArray[np.int64], day: NDArray[np.int64]) -> None:
        self._bill_day[who] = day
        self._anchor[who] = day - month_start(day) + 1

    def _change(
        self,
        who: NDArray[np.int64],
        day: NDArray[np.int64],
        after: NDArray[np.int64],
    ) -> None:
        before = self._plan[who]
        self._changes.append(
            PlanChanges(who + self._first_place, day, before, after.astype(np.int8))
        )
        self._plan[who] = after

    def _end(self, who: NDArray[np.int64], day: NDArray[np.int64]) -> None:
        self._change(who, day, np.full(len(who), FREE))
        self._bill_day[who] = _NEVER
        self._free_from[who] = day + 1

    def live(
        self,
        first_day: int,
        draws: list[NDArray[np.float32]],
        listening: NDArray[np.bool_],
        mood: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Live through the week that begins on `first_day`; the failed payments of
        each user."""
        whether, when, choice, cancels, switches, fails, more = draws
        eager = np.exp(0.5 * (self._accounts.eagerness - USUAL_EAGERNESS) + 0.4 * mood)
        converts = whether < _CONVERSIONS_PER_WEEK * eager
        converts &= listening & (self._plan == FREE) & (self._free_from <= first_day)
        converts &= self._accounts.registered < first_day
        who = np.flatnonzero(converts)
        day = first_day + (when[who] * 7).astype(np.int64)
        self._change(who, day, self._choice(choice.astype(np.float64))[who])
        self._start(who, day)

        due = np.flatnonzero(self._bill_day < first_day + 7)
        chance = np.where(mood < _UNHAPPY, _CANCELS_UNHAPPY, _CANCELS)
        chance = np.where(listening, chance, _CANCELS_ABSENT)[due]
        is_first = np.isin(due, who) | (
            self._accounts.registered[due] >= self._bill_day[due]
        )
        ends = (cancels[due] < chance) & ~is_first
        self._end(due[ends], self._bill_day[due[ends]])
        due, is_first = due[~ends], is_first[~ends]
        self._switch(due[~is_first], switches)
        return self._bill(due, fails, more)

    def _switch(self, due: NDArray[np.int64], draw: NDArray[np.float32]) -> None:
        """Move to another paid plan with the next month."""
        for plan, (other, chance) in _SWITCHES.items():
            who = due[(self._plan[due] == plan) & (draw[due] < chance)]
            self._change(who, self._bill_day[who], np.full(len(who), other))
            # No second move on the same day.
            due = np.setdiff1d(due, who)

    def _bill(
        self,
        due: NDArray[np.int64],
        draw: NDArray[np.float32],
        more: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Bill all who are due: try, and try again, until paid or given up."""
        day, plan = self._bill_day[due], self._plan[due]
        period = month_start(day)
        risk = self._accounts.payment_risk[due].astype(np.float64)
        again = np.where(risk > _RISKY, _RISKY_RETRY_FAILS, _RETRY_FAILS)
        u = draw[due].astype(np.float64)
        # One uniform number for the whole row of attempts: the chance of n failures
        # or more is risk * again ** (n - 1).
        failures = sum(
            (u < risk * again**earlier).astype(np.int64)
            for earlier in range(len(RETRY_DAYS))
        )
        for attempt, later in enumerate(RETRY_DAYS):
            tried = np.flatnonzero(failures >= attempt)
            who = due[tried]
            failed = failures[tried] > attempt
            key = (more[who].astype(np.float64) * 2**24).astype(np.uint64)
            slow, refund, second = (
                _uniform(key, len(RETRY_DAYS) * question + attempt)
                for question in range(3)
            )
            tried_on = day[tried] + later
            settled = tried_on + np.where(
                slow < _SLOW_SHARE, 1 + (slow / _SLOW_SHARE * MOST_SETTLE_DAYS), 0
            ).astype(np.int64)
            refunded = settled + 1 + (refund / _REFUNDED_SHARE * MOST_REFUND_DAYS)
            is_refunded = ~failed & (refund < _REFUNDED_SHARE)
            self._bills.append(
                BillRows(
                    who + self._first_place,
                    tried_on,
                    (second * 86_400).astype(np.int32),
                    plan[tried],
                    period[tried],
                    np.where(failed, FAILED, SUCCEEDED).astype(np.int8),
                    settled,
                    np.where(is_refunded, refunded, 0).astype(np.int64),
                )
            )
        given_up = failures == len(RETRY_DAYS)
        self._bill_day[due] = _next_month(day, self._anchor[due])
        self._end(due[given_up], day[given_up] + RETRY_DAYS[-1])
        failed_payments = np.zeros(len(draw), np.float32)
        failed_payments[due] = failures
        return failed_payments

    def changes(self) -> PlanChanges:
        """All changes so far, in the order of the weeks."""
        return PlanChanges.together(self._changes)

    def bills(self, first_day: int) -> BillRows:
        """The payments tried so far, from a day on."""
        bills = BillRows.together(self._bills)
        return bills.take(bills.day >= first_day)
