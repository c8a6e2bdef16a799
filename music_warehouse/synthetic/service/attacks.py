"""A day of the planted attacks: streams that nobody listens to."""

import numpy as np
from numpy.typing import NDArray

from music_warehouse.synthetic.random_streams import Purpose, random_stream
from music_warehouse.synthetic.service.catalogue import Catalogue
from music_warehouse.synthetic.service.days import MS_PER_DAY
from music_warehouse.synthetic.service.planted import Role, Roles
from music_warehouse.synthetic.service.plays import Plays
from music_warehouse.synthetic.service.reference import (
    DESKTOP,
    ENDPLAY,
    FWDBTN,
    MOBILE,
    TRACKDONE,
    WEB,
)

_MS_PER_HOUR = 3_600_000

_FARM_PLAYS, _FARM_TRACKS = 80, 6
_FARM_SHORTEST_MS, _FARM_LONGEST_MS = 31_000, 55_000
_LOOPED_PLAYS, _MOST_LOOPED_PLAYS, _LOOPED_MS = 350, 480, 31_000
_LOOPED_LATEST_START_HOUR = 19.0
_LOCKSTEP_PLAYS, _LOCKSTEP_JITTER_MS, _LOCKSTEP_PAUSE_MS = 25, 20_000, 22_000
_LOCKSTEP_LATEST_START_HOUR = 16.0


class Attacks:
    """Makes the attackers' plays of any UTC day; account sharing, being two people
    who listen, is in `plays`."""

    def __init__(self, seed: int, roles: Roles, catalogue: Catalogue) -> None:
        self._seed, self._roles, self._catalogue = seed, roles, catalogue

    def of_day(self, day: int) -> Plays:
        """All streams that begin on a UTC day."""
        random = random_stream(self._seed, Purpose.SERVICE_ATTACKS, day)
        return Plays.together(
            [
                self._farms(random, day),
                self._loops(random, day),
                self._locksteps(random, day),
            ]
        )

    def _group_tracks(self, users: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        """For each user the tracks of the group: the same ones every day."""
        group = self._roles.group[users].astype(np.int64)
        role = self._roles.role[users].astype(np.int64)
        first = (group * 7_919 + role * 104_729 + self._seed) * 31
        return (first[:, None] + np.arange(count)) % self._catalogue.released(0)

    def _farms(self, random: np.random.Generator, day: int) -> Plays:
        """Bots play a few tracks for half a minute, evenly over 24 hours."""
        users = self._roles.active(Role.BOT_FARM, day)
        plays = random.poisson(_FARM_PLAYS, len(users)) + 1
        bot = np.repeat(np.arange(len(users)), plays)
        place = np.arange(len(bot)) - np.repeat(np.cumsum(plays) - plays, plays)
        slot = MS_PER_DAY / plays[bot]
        begins = (place + 0.8 * random.random(len(bot))) * slot
        tracks = self._group_tracks(users, _FARM_TRACKS)
        track = tracks[bot, random.integers(0, _FARM_TRACKS, len(bot))]
        return _plays(
            day,
            begins,
            users[bot],
            track,
            random.integers(_FARM_SHORTEST_MS, _FARM_LONGEST_MS, len(bot)),
            np.where(bot % 2, WEB, DESKTOP),
            ENDPLAY,
        )

    def _loops(self, random: np.random.Generator, day: int) -> Plays:
        """One track over and over, each time just past the 30 s that are paid."""
        users = self._roles.active(Role.LOOPED_TRACK, day)
        plays = random.poisson(_LOOPED_PLAYS, len(users)).clip(1, _MOST_LOOPED_PLAYS)
        first = random.random(len(users)) * _LOOPED_LATEST_START_HOUR * _MS_PER_HOUR
        account = np.repeat(np.arange(len(users)), plays)
        place = np.arange(len(account)) - np.repeat(np.cumsum(plays) - plays, plays)
        pause = 600 * random.random(len(account))
        track = self._group_tracks(users, 1)[account, 0]
        return _plays(
            day,
            first[account] + place * (_LOOPED_MS + 1_000) + pause,
            users[account],
            track,
            _LOOPED_MS + random.integers(0, 350, len(account)),
            np.full(len(account), WEB),
            FWDBTN,
        )

    def _locksteps(self, random: np.random.Generator, day: int) -> Plays:
        """The accounts of a group play the same tracks at the same times, some
        seconds apart."""
        users = self._roles.active(Role.LOCKSTEP_GROUP, day)
        groups, member = np.unique(self._roles.group[users], return_inverse=True)
        first = random.random(len(groups)) * _LOCKSTEP_LATEST_START_HOUR * _MS_PER_HOUR
        released = self._catalogue.released(0)
        playlist = random.integers(0, released, (len(groups), _LOCKSTEP_PLAYS))
        lasts = self._catalogue.duration_ms[playlist].astype(np.int64)
        slots = lasts + _LOCKSTEP_PAUSE_MS
        begins = first[:, None] + np.cumsum(slots, axis=1) - slots
        jitter = random.random((len(users), _LOCKSTEP_PLAYS)) * _LOCKSTEP_JITTER_MS
        count = len(users) * _LOCKSTEP_PLAYS
        return _plays(
            day,
            (begins[member] + jitter).ravel(),
            np.repeat(users, _LOCKSTEP_PLAYS),
            playlist[member].ravel(),
            lasts[member].ravel(),
            np.full(count, MOBILE),
            TRACKDONE,
        )


def _plays(
    day: int,
    begins: NDArray[np.float64],
    user: NDArray[np.int64],
    track: NDArray[np.int64],
    duration: NDArray[np.int64],
    device: NDArray[np.int64],
    reason: int,
) -> Plays:
    """Plays that begin so many milliseconds after midnight UTC."""
    count = len(begins)
    return Plays(
        day * MS_PER_DAY + begins.astype(np.int64),
        user.astype(np.int32),
        track.astype(np.int32),
        duration.astype(np.int32),
        device.astype(np.int8),
        np.zeros(count, np.bool_),
        np.full(count, reason == FWDBTN),
        np.full(count, reason, np.int8),
    )
