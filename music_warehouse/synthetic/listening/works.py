"""Tracks and albums: what a user heard most of the artists in the list."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.synthetic.listening.artists import Artists
from music_warehouse.synthetic.listening.listeners import LIST_LENGTH, Listeners
from music_warehouse.synthetic.listening.names import title_pools
from music_warehouse.synthetic.mbids import mbid_texts
from music_warehouse.synthetic.random_streams import (
    Purpose,
    hashed,
    random_stream,
)

_NUMBERS_PER_ARTIST = 1_024
_BLANK_MBID_SHARE = 0.18
_SELF_TITLED_SHARE = 0.15
_NOISE = (0.6, 1.4)
_SLOT_BITS = 8


@dataclass(frozen=True)
class WorkKind:
    """How the plays of an artist spread over its tracks or albums.

    The artist at place k of a user's list offers `slots[k]` works; the work in slot
    j gets the share (j + shift) ** -exponent / scale of the artist's plays, times
    noise. `scale` keeps the sum below 1 at the highest noise.
    """

    name: str
    slots: tuple[int, ...]
    shift: float
    exponent: float
    scale: float
    salt: int


TRACK = WorkKind(
    "track",
    (10, 9, 8, 7, 6, 6, 5, 5, 4, 4) + (3,) * 10 + (2,) * 15 + (1,) * 15,
    1.5,
    0.8,
    8.0,
    20,
)
ALBUM = WorkKind(
    "album", (4, 4, 3, 3, 3, 3, 3, 3) + (2,) * 17 + (1,) * 25, 1.0, 1.0, 3.1, 30
)


@dataclass(frozen=True)
class Works:
    """The works a block of users heard most, padded like the list of artists.

    `place` is that of the artist in the user's list; `number` the work's number in
    the artist's catalogue, the most popular being 0.
    """

    place: NDArray[np.int64]
    number: NDArray[np.int64]
    plays: NDArray[np.int64]

    def rows(self, asked: slice) -> "Works":
        """The works of some of the users, by position."""
        return Works(self.place[asked], self.number[asked], self.plays[asked])


def most_heard_works(
    kind: WorkKind, random: np.random.Generator, listeners: Listeners
) -> Works:
    """The LIST_LENGTH most played works of each user.

    Works of one artist never add up to more than the artist's plays, and every
    artist of the list offers at least one work.
    """
    slots = np.array(kind.slots)
    place = np.repeat(np.arange(LIST_LENGTH), slots)
    slot = np.arange(len(place)) - np.repeat(np.cumsum(slots) - slots, slots)
    share = (slot + kind.shift) ** -kind.exponent / kind.scale
    artist_plays = listeners.plays[:, place]
    low, high = (np.float32(bound) for bound in _NOISE)
    noise = low + (high - low) * random.random(artist_plays.shape, np.float32)
    plays = (artist_plays * (share * noise)).astype(np.int64)
    plays = np.where((slot == 0) & (artist_plays > 0), np.maximum(plays, 1), plays)

    offer = np.arange(len(place))
    last = (1 << _SLOT_BITS) - 1
    keys = -np.sort(-(plays << _SLOT_BITS | last - offer), axis=1)[:, :LIST_LENGTH]
    chosen = last - (keys & last)
    # Which of three neighbouring works a slot stands for differs between users.
    taste = random.random(chosen.shape, np.float32)
    number = 3 * slot[chosen] + (taste > 0.6) + (taste > 0.85)
    return Works(place[chosen], number, keys >> _SLOT_BITS)


def _below(
    keys: NDArray[np.uint64], salt: int, limits: NDArray[np.int64]
) -> NDArray[np.int64]:
    """A number from 0 to below its limit for each key."""
    drawn: NDArray[np.int64] = (hashed(keys, salt) >> np.uint64(33)).astype(np.int64)
    return drawn % limits


def _happens(
    keys: NDArray[np.uint64], salt: int, probability: float
) -> NDArray[np.bool_]:
    """Whether each key is among a share of all keys."""
    return hashed(keys, salt) >> np.uint64(40) < np.uint64(probability * 2**24)


class WorkNames:
    """Names and identifiers of every work of every artist, as functions of both
    numbers: an artist steps through the titles of its language."""

    def __init__(self, seed: int, artists: Artists) -> None:
        titles, starts, sizes = title_pools(
            random_stream(seed, Purpose.LISTENING_TITLES)
        )
        self.texts = pa.array(titles + artists.names)
        self._own_name = len(titles)
        self._start = starts[artists.language]
        self._size = sizes[artists.language]
        key = np.arange(len(artists), dtype=np.uint64)
        self._first = {
            kind: _below(key, kind.salt, self._size) for kind in (TRACK, ALBUM)
        }
        self._step = {
            kind: 1 + _below(key, kind.salt + 1, self._size - 1)
            for kind in (TRACK, ALBUM)
        }
        self._is_self_titled = _happens(key, ALBUM.salt + 2, _SELF_TITLED_SHARE)

    def codes(
        self, kind: WorkKind, artist: NDArray[np.int64], number: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The place in `texts` of each work's name."""
        first, step = self._first[kind][artist], self._step[kind][artist]
        title: NDArray[np.int64] = (first + number * step) % self._size[artist]
        code = self._start[artist] + title
        if kind is not ALBUM:
            return code
        self_titled = (number == 0) & self._is_self_titled[artist]
        return np.where(self_titled, self._own_name + artist, code)

    def mbids(
        self, kind: WorkKind, artist: NDArray[np.int64], number: NDArray[np.int64]
    ) -> pa.Array:
        """The identifier of each work, null for the same works always."""
        key = (artist * _NUMBERS_PER_ARTIST + number).astype(np.uint64)
        blank = _happens(key, kind.salt + 3, _BLANK_MBID_SHARE)
        return mbid_texts(key, kind.salt + 4, blank)
