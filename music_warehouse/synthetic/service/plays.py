"""A day's listening of honest users: sessions, tracks, skips."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music_warehouse.synthetic.random_streams import Purpose, hashed, random_stream
from music_warehouse.synthetic.service.accounts import Accounts
from music_warehouse.synthetic.service.catalogue import (
    GENRE_BITS,
    WORLD_BITS,
    Catalogue,
)
from music_warehouse.synthetic.service.columns import Columns
from music_warehouse.synthetic.service.days import (
    MS_PER_DAY,
    first_day_of_week,
    listening_day_starts,
    week_of,
)
from music_warehouse.synthetic.service.lives import Lives
from music_warehouse.synthetic.service.planted import Role, Roles
from music_warehouse.synthetic.service.reference import (
    BACKBTN,
    DEVICES,
    ENDPLAY,
    FWDBTN,
    LOGOUT,
    TRACKDONE,
)
from music_warehouse.synthetic.service.rhythm import day_mood, session_starts

USERS_PER_BLOCK = 16_384
_BLOCKS_PER_DAY = 1 << 20

_SESSIONS_BEYOND_FIRST, _MOST_SESSIONS = 0.6, 7
_MOST_PLAYS_A_SESSION = 150
# A break between two sessions, so that they are two by any usual definition.
_LEAST_BREAK_MS = 40 * 60_000
_LONG_GAP_SHARE, _LONG_GAP_MS, _LONGEST_GAP_MS = 0.05, 90_000, 15 * 60_000
_SHORT_GAP_MS = 1_800
_OTHER_DEVICE_SHARE, _MOVES_ON_SHARE = 0.22, 0.05
_SHUFFLED_SHARE = 0.38
_LIBRARY_SHARE, _OWN_GENRE_SHARE, _LIBRARY_SIZE = 0.6, 0.75, 60
_LIBRARY_SALT = 71
_EARLY_SKIP_SHARE, _EARLY_SKIP_MS, _LEAST_PLAY_MS = 0.7, 9_000, 1_000
_BACK_SHARE = 0.012
_CUT_SHORT_SHARE, _LOGOUT_SHARE = 0.45, 0.05

SUPER_FAN_SESSIONS, SUPER_FAN_PLAYS = 3.2, 10.5
_SHARER_EAGERNESS, _SHARER_SESSIONS, _SHARER_PLAYS = 2.0, 3.0, 6.0
_SUPER_FAN_EAGERNESS = 3.5


@dataclass(frozen=True)
class Plays(Columns):
    """Plays in no order: when each began (ms since 1970 UTC), by whom, of what, for
    how long. `user`, `track` are places; `device`, `reason` codes."""

    started: NDArray[np.int64]
    user: NDArray[np.int32]
    track: NDArray[np.int32]
    duration: NDArray[np.int32]
    device: NDArray[np.int8]
    shuffle: NDArray[np.bool_]
    skipped: NDArray[np.bool_]
    reason: NDArray[np.int8]


def _per_group(
    values: NDArray[np.int64], sizes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Running sums within consecutive groups, each group from 0, of what comes
    before an element."""
    before = np.cumsum(values) - values
    starts = np.cumsum(sizes) - sizes
    return np.asarray(before - np.repeat(before[starts], sizes))


class Listening:
    """Makes the honest plays of any listening day."""

    def __init__(
        self,
        seed: int,
        accounts: Accounts,
        lives: Lives,
        roles: Roles,
        catalogue: Catalogue,
        plays_per_day: float,
    ) -> None:
        self._seed, self._accounts, self._lives = seed, accounts, lives
        self._roles, self._catalogue = roles, catalogue
        self._plays = plays_per_day / (1 + _SESSIONS_BEYOND_FIRST)
        users = len(accounts)
        self._blocks = [
            np.arange(first, min(first + USERS_PER_BLOCK, users))
            for first in range(0, users, USERS_PER_BLOCK)
        ]
        leaves = lives.departures
        order = np.argsort(leaves.last_day, kind="stable")
        self._last_days = leaves.last_day[order]
        self._leavers = leaves.user[order]

    def of_day(self, day: int) -> Plays:
        """The plays of a listening day."""
        silent = self._roles.silent(day)
        span = np.searchsorted(self._last_days, [day, day + 1])
        leavers = self._leavers[slice(*span)]
        parts = [
            self._of_users(day, number + 1, users, silent, leavers)
            for number, users in enumerate(self._blocks)
        ]
        second = self._roles.active(Role.ACCOUNT_SHARING, day)
        parts.append(self._of_users(day, 0, second, silent, leavers))
        return Plays.together(parts)

    def _of_users(
        self,
        day: int,
        block: int,
        users: NDArray[np.int64],
        silent: NDArray[np.int64],
        leavers: NDArray[np.int64],
    ) -> Plays:
        """The plays of some users. Block 0 are the strangers on shared accounts."""
        accounts, lives = self._accounts, self._lives
        random = random_stream(
            self._seed, Purpose.SERVICE_PLAYS, day * _BLOCKS_PER_DAY + block
        )
        week = week_of(day)
        column, weekday = week - lives.first_week, day - first_day_of_week(week)
        allowed = (lives.days[users, column] >> weekday & 1).astype(np.bool_)
        role = self._roles.role[users]
        is_fan = role == Role.SUPER_FAN
        is_shared = role == Role.ACCOUNT_SHARING
        odds = accounts.eagerness[users] + lives.mood[users, column]
        odds[is_shared] = _SHARER_EAGERNESS
        odds[is_fan] = _SUPER_FAN_EAGERNESS
        chance = 1 / (1 + np.exp(-(odds + np.float32(day_mood(day)))))
        # As many numbers for a block that is not full yet: its users stay the same.
        drawn = random.random(max(USERS_PER_BLOCK, len(users)), np.float32)
        listens = drawn[: len(users)] < chance
        listens |= np.isin(users, leavers)
        listens &= allowed & ~np.isin(users, silent)
        here = np.flatnonzero(listens)
        who = users[here]
        eager = np.exp(np.float32(0.3) * np.minimum(lives.mood[who, column], 1.0))
        rate = np.full(len(who), _SESSIONS_BEYOND_FIRST)
        rate[is_fan[here]] = SUPER_FAN_SESSIONS - 1
        rate[is_shared[here]] = _SHARER_SESSIONS - 1
        sessions = 1 + np.minimum(random.poisson(rate), _MOST_SESSIONS - 1)
        mean = self._plays * accounts.sitting[who] * eager
        mean[is_fan[here]] = SUPER_FAN_PLAYS
        mean[is_shared[here]] = max(self._plays, _SHARER_PLAYS)
        skipping = accounts.skip_logit[who] + lives.skipping[who, column]
        return self._play(day, random, who, sessions, mean, skipping, block == 0)

    def _play(
        self,
        day: int,
        random: np.random.Generator,
        who: NDArray[np.int64],
        sessions: NDArray[np.int64],
        mean: NDArray[np.float32],
        skipping: NDArray[np.float32],
        is_stranger: bool,
    ) -> Plays:
        accounts = self._accounts
        listener = np.repeat(np.arange(len(who)), sessions)
        count = len(listener)
        starts = session_starts(
            day, accounts.chronotype[who[listener]], random.random(count, np.float32)
        )
        # Sorted within listeners, who stay in order.
        key = np.sort(listener * (2 * MS_PER_DAY) + starts)
        starts = key - listener * (2 * MS_PER_DAY)
        plays = self._session_lengths(random, mean[listener])
        session = np.repeat(np.arange(count), plays)
        first = np.cumsum(plays) - plays
        last = first + plays - 1

        user = who[listener]
        per_play = user[session]
        track = self._tracks(random, day, per_play)
        odds = skipping[listener][session] + self._catalogue.skip_logit[track]
        reason = self._reasons(random, odds, last)
        again = np.flatnonzero(reason == BACKBTN)
        track[again + 1] = track[again]
        duration = self._durations(random, track, reason)
        gap = self._gaps(random, len(session))

        offset = _per_group(duration + gap, plays)
        length = offset[last] + duration[last] + _LEAST_BREAK_MS
        before = _per_group(length, sessions)
        # A session begins when meant to, or after a break from the one before.
        floor = listener * (4 * MS_PER_DAY)
        begins = np.maximum.accumulate(starts - before + floor) - floor + before
        offset += begins[session]

        day_starts = listening_day_starts(day)
        lasts = (listening_day_starts(day + 1) - day_starts)[accounts.zone[user]]
        left = lasts[session] - offset
        started = day_starts[accounts.zone[user]][session] + offset
        is_cut = duration > left
        reason[is_cut] = ENDPLAY
        device = self._devices(random, user, is_stranger, plays)
        shuffle = random.random(count, np.float32) < _SHUFFLED_SHARE
        made = Plays(
            started,
            per_play.astype(np.int32),
            track,
            np.minimum(duration, left).astype(np.int32),
            device,
            shuffle[session],
            reason == FWDBTN,
            reason,
        )
        registered = accounts.registered[user].astype(np.int64) * MS_PER_DAY
        return made.take((left >= _LEAST_PLAY_MS) & (started >= registered[session]))

    @staticmethod
    def _session_lengths(
        random: np.random.Generator, mean: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """Geometric numbers of plays, at least 1, with the given means."""
        stops = 1 / np.maximum(mean, np.float32(1.05))
        u = random.random(len(mean), np.float32)
        plays = 1 + np.floor(np.log1p(-u) / np.log1p(-stops)).astype(np.int64)
        return np.minimum(plays, _MOST_PLAYS_A_SESSION)

    def _tracks(
        self, random: np.random.Generator, day: int, user: NDArray[np.int64]
    ) -> NDArray[np.int32]:
        """Tracks to play: of the user's own library, most of it in one genre, or
        what the world hears."""
        catalogue = self._catalogue
        bits = random.integers(0, 2**64, len(user), np.uint64)
        from_library = (bits & np.uint64(0xFFF)) < np.uint64(_LIBRARY_SHARE * 0x1000)
        # The first places of the library come up most.
        u = (bits >> np.uint64(12) & np.uint64(0xFFF)).astype(np.float32) / 0x1000
        place = (u * u * np.float32(_LIBRARY_SIZE)).astype(np.uint64)
        own = hashed(
            (user.astype(np.uint64) << np.uint64(8)) + place, _LIBRARY_SALT + self._seed
        )
        pick = np.where(from_library, own, bits >> np.uint64(24))
        in_genre = from_library & ((pick & np.uint64(0xFF)) < _OWN_GENRE_SHARE * 0x100)
        pick = (pick >> np.uint64(8)).astype(np.int64)
        track: NDArray[np.int32] = catalogue.by_world[pick & (2**WORLD_BITS - 1)]
        of_genre = np.flatnonzero(in_genre)
        track[of_genre] = catalogue.by_genre[
            self._accounts.genre[user[of_genre]], pick[of_genre] & (2**GENRE_BITS - 1)
        ]
        released = np.int32(catalogue.released(day))
        unreleased = np.flatnonzero(track >= released)
        track[unreleased] %= released
        return track

    @staticmethod
    def _reasons(
        random: np.random.Generator,
        skip_odds: NDArray[np.float32],
        last: NDArray[np.int64],
    ) -> NDArray[np.int8]:
        """Why each play ended; `last` are the last ones of the sessions."""
        u = random.random(len(skip_odds), np.float32)
        is_skip = u < 1 / (1 + np.exp(-skip_odds))
        reason = np.where(is_skip, np.int8(FWDBTN), np.int8(TRACKDONE))
        reason[u > 1 - _BACK_SHARE] = BACKBTN
        ends = random.random(len(last), np.float32)
        at_end = np.where(ends < _CUT_SHORT_SHARE, ENDPLAY, TRACKDONE)
        reason[last] = np.where(ends < _LOGOUT_SHARE, LOGOUT, at_end)
        return reason

    def _durations(
        self,
        random: np.random.Generator,
        track: NDArray[np.int32],
        reason: NDArray[np.int8],
    ) -> NDArray[np.int64]:
        """How long each play lasts: the whole track, or less if it was broken off,
        after a few seconds for most of those skipped."""
        duration = self._catalogue.duration_ms[track].astype(np.int64)
        broken = np.flatnonzero(reason != TRACKDONE)
        u = random.random((2, len(broken)), np.float32)
        share = (u[0] * (duration[broken] - 2 * _LEAST_PLAY_MS)).astype(np.int64)
        early = (-np.log1p(-u[0]) * np.float32(_EARLY_SKIP_MS)).astype(np.int64)
        is_early = (reason[broken] == FWDBTN) & (u[1] < _EARLY_SKIP_SHARE)
        lasted = np.where(is_early, early, share)
        most = duration[broken] - _LEAST_PLAY_MS
        duration[broken] = np.minimum(_LEAST_PLAY_MS + lasted, most)
        return duration

    @staticmethod
    def _gaps(random: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Milliseconds between the end of each play and the next."""
        u = random.random(count, np.float32)
        gap = (u * np.float32(_SHORT_GAP_MS)).astype(np.int64)
        is_long = np.flatnonzero(u < _LONG_GAP_SHARE)
        waited = random.standard_exponential(len(is_long), np.float32) * _LONG_GAP_MS
        gap[is_long] = np.minimum(waited, _LONGEST_GAP_MS).astype(np.int64)
        return gap

    def _devices(
        self,
        random: np.random.Generator,
        user: NDArray[np.int64],
        is_stranger: bool,
        plays: NDArray[np.int64],
    ) -> NDArray[np.int8]:
        """The device of each play: the session's, until some listen on elsewhere."""
        usual, other = self._accounts.device[user], self._accounts.other_device[user]
        if is_stranger:
            usual, other = (usual + 3) % len(DEVICES), (other + 3) % len(DEVICES)
        u = random.random((2, len(user)), np.float32)
        swaps = u[0] < _OTHER_DEVICE_SHARE
        first, then = np.where(swaps, other, usual), np.where(swaps, usual, other)
        moves = u[1] < _MOVES_ON_SHARE
        stays = np.where(moves, u[1] / _MOVES_ON_SHARE * plays, plays).astype(np.int64)
        devices = np.repeat(
            np.stack([first, then], axis=1).ravel(),
            np.stack([stays, plays - stays], axis=1).ravel(),
        )
        return devices.astype(np.int8)
