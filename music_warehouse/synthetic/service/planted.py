"""Who is planted among the users: attackers in groups, and honest super-fans."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from music_warehouse.synthetic.random_streams import Purpose, random_stream
from music_warehouse.synthetic.service.columns import Columns


class Role(IntEnum):
    """What a user is; all but the first and the last are attacks."""

    ORDINARY = 0
    BOT_FARM = 1
    LOOPED_TRACK = 2
    ACCOUNT_SHARING = 3
    LOCKSTEP_GROUP = 4
    SUPER_FAN = 5


@dataclass(frozen=True)
class Planting:
    """How a role is planted: at least `fewest` users, `share` of all above that, in
    groups of `group_size`; active `active_days` of every `cycle_days`."""

    fewest: int
    share: float
    group_size: int
    active_days: int
    cycle_days: int


PLANTINGS = {
    Role.BOT_FARM: Planting(10, 0.004, 10, 12, 90),
    Role.LOOPED_TRACK: Planting(4, 0.0008, 1, 6, 90),
    Role.ACCOUNT_SHARING: Planting(6, 0.003, 1, 50, 90),
    Role.LOCKSTEP_GROUP: Planting(10, 0.003, 5, 20, 60),
    Role.SUPER_FAN: Planting(6, 0.002, 1, 1, 1),
}
ATTACKS = tuple(role for role in PLANTINGS if role is not Role.SUPER_FAN)
# While these attack, nobody listens on the account.
REPLACING = (Role.LOOPED_TRACK, Role.LOCKSTEP_GROUP)

# Planted users are among the first of all, who registered before the usual span.
_EARLY_SHARE = 0.4
_MOST_OF_EARLY = 0.1


@dataclass(frozen=True)
class Roles(Columns):
    """The role of each user, by place; `group` numbers a role's groups from 1, 0 for
    ordinary users; `phase` shifts the days on which the group is active."""

    role: NDArray[np.int8]
    group: NDArray[np.int32]
    phase: NDArray[np.int32]

    def of(self, role: Role) -> NDArray[np.int64]:
        """The places of the users of a role."""
        return np.flatnonzero(self.role == role)

    def active(self, role: Role, day: int) -> NDArray[np.int64]:
        """The places of the users of a role who are active on a day."""
        users = self.of(role)
        planting = PLANTINGS[role]
        return users[
            (day + self.phase[users]) % planting.cycle_days < planting.active_days
        ]

    def silent(self, day: int) -> NDArray[np.int64]:
        """The users who do not listen on a listening day: bots never do, others when
        their account attacks on it, or on the UTC days that it touches."""
        attacking = [
            self.active(role, near)
            for role in REPLACING
            for near in (day - 1, day, day + 1)
        ]
        return np.unique(np.concatenate([self.of(Role.BOT_FARM), *attacking]))


def planted_roles(seed: int, usual_users: int, users: int) -> Roles:
    """Roles of `users` users, of whom `usual_users` set how many are planted."""
    random = random_stream(seed, Purpose.SERVICE_ROLES)
    early = random.permutation(int(usual_users * _EARLY_SHARE))
    counts = {
        role: max(planting.fewest, round(planting.share * usual_users))
        for role, planting in PLANTINGS.items()
    }
    room = min(1.0, len(early) * _MOST_OF_EARLY / sum(counts.values()))
    roles = Roles(
        np.zeros(users, np.int8), np.zeros(users, np.int32), np.zeros(users, np.int32)
    )
    taken = 0
    for role, count in counts.items():
        planting = PLANTINGS[role]
        chosen = early[taken : taken + max(1, int(count * room))]
        taken += len(chosen)
        chosen = np.sort(chosen)
        group = np.arange(len(chosen)) // planting.group_size
        phase = random.integers(0, planting.cycle_days, len(early) + 1)[group]
        here = chosen < users
        roles.role[chosen[here]] = role
        roles.group[chosen[here]] = group[here] + 1
        roles.phase[chosen[here]] = phase[here]
    return roles
