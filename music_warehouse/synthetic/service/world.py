"""The world of the service for one seed: users, lives, catalogue, plays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.synthetic.service.accounts import (
    USERS_PER_BLOCK,
    Accounts,
    accounts_of_block,
    user_table,
    users_until,
)
from music_warehouse.synthetic.service.arrivals import MOST_DAYS_LATE
from music_warehouse.synthetic.service.attacks import Attacks
from music_warehouse.synthetic.service.billing import MOST_DAYS_OPEN, Billing
from music_warehouse.synthetic.service.catalogue import build_catalogue
from music_warehouse.synthetic.service.days import week_of
from music_warehouse.synthetic.service.lives import Lives, joined, lives_of_block
from music_warehouse.synthetic.service.planted import Role, planted_roles
from music_warehouse.synthetic.service.plays import Listening, Plays

Result = TypeVar("Result")


class World:
    """Everything that plays, deliveries and truth are cut from.

    It is lived through up to the day after `last_day`, on which listeners west of
    Greenwich still have their day before; a world with a later last day is the same
    one, further on. What happened before `first_day` is remembered only as far as
    it can still arrive.
    """

    def __init__(
        self,
        seed: int,
        usual_users: int,
        tracks: int,
        plays_per_day: float,
        first_day: int,
        last_day: int,
        workers: int,
    ) -> None:
        self.catalogue = build_catalogue(seed, tracks)
        users = users_until(usual_users, last_day + 1)
        roles = planted_roles(
            seed, usual_users, -(-users // USERS_PER_BLOCK) * USERS_PER_BLOCK
        )
        never_leaves = roles.role != Role.ORDINARY
        first_week = max(week_of(first_day - MOST_DAYS_LATE - 2), 0)
        bills_from = first_day - MOST_DAYS_OPEN

        def lived(block: int) -> tuple[Accounts, Lives]:
            accounts = accounts_of_block(seed, usual_users, block)
            places = slice(block * USERS_PER_BLOCK, (block + 1) * USERS_PER_BLOCK)
            return accounts, lives_of_block(
                seed,
                block,
                accounts,
                never_leaves[places],
                first_week,
                last_day + 1,
                bills_from,
            )

        blocks = in_parallel(lived, range(-(-users // USERS_PER_BLOCK)), workers)
        self.accounts = Accounts.together([accounts for accounts, _ in blocks]).take(
            slice(users)
        )
        self.lives = joined([lives for _, lives in blocks], users)
        self.roles = roles.take(slice(users))
        self.billing = Billing(self.accounts, self.lives.bills)
        self._listening = Listening(
            seed, self.accounts, self.lives, self.roles, self.catalogue, plays_per_day
        )
        self._attacks = Attacks(seed, self.roles, self.catalogue)

    def plays(self, day: int) -> list[Plays]:
        """The plays of a listening day, and the attackers' of the UTC day."""
        return [self._listening.of_day(day), self._attacks.of_day(day)]

    def plans(self, day: int) -> NDArray[np.int8]:
        """The plan of each user by the end of a day."""
        changes = self.lives.changes
        order = np.argsort(changes.day, kind="stable")
        order = order[changes.day[order] <= day]
        plans = self.lives.first_plan.copy()
        # Of several values for one place numpy keeps the last.
        plans[changes.user[order]] = changes.after[order]
        return plans

    def users(self, first: int, last: int, is_whole: bool) -> pa.Table:
        """Users as they are delivered at the end of `last`: all that have registered,
        or those who did, or changed their plan, from `first` on."""
        registered, changes = self.accounts.registered, self.lives.changes
        is_known = registered <= last
        if not is_whole:
            is_new = registered >= first
            is_new[changes.user[(changes.day >= first) & (changes.day <= last)]] = True
            is_known &= is_new
        places = np.flatnonzero(is_known)
        return user_table(self.accounts, places, self.plans(last)[places])


def in_parallel(
    work: Callable[[int], Result], numbers: range, workers: int
) -> list[Result]:
    """Results of `work` in the order of `numbers`."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, numbers))
