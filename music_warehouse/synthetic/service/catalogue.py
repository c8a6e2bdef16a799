"""The catalogue: tracks, how long they are, how often each is picked."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.synthetic.listening.artists import Artists, build_artists
from music_warehouse.synthetic.listening.reference import genres
from music_warehouse.synthetic.listening.works import TRACK, WorkNames
from music_warehouse.synthetic.random_streams import Purpose, hashed, random_stream
from music_warehouse.synthetic.service.days import (
    WORLD_BEGINS,
    WORLD_ENDS,
)

FEWEST_TRACKS = 500
GENRE_BITS, WORLD_BITS = 15, 20
# Zipf–Mandelbrot, as for the artists of listening.
_SHIFT, _EXPONENT = 12.0, 0.9
_MEDIAN_SECONDS, _SECONDS_SIGMA = 212.0, 0.28
_SHORTEST_MS, _LONGEST_MS = 62_000, 900_000
# Tracks that come out while the world goes on, of all.
_LATER_SHARE = 0.1
_BASE62 = np.frombuffer(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8
)
_ID_LENGTH = 22

TRACK_SCHEMA = pa.schema(
    [
        ("track_id", pa.string()),
        ("track_name", pa.string()),
        ("artist_name", pa.string()),
        ("duration_ms", pa.int64()),
    ]
)


def default_tracks(users: int) -> int:
    """How many tracks so many users hear: 6,000 at 2,000 users, 20,000 at 20,000,
    at most 200,000."""
    return min(200_000, max(2_000, round(6_000 * float((users / 2_000) ** 0.523))))


@dataclass(frozen=True)
class Catalogue:
    """All tracks, the index being the track's number; later ones come out later.

    `by_genre` and `by_world` turn a uniform integer of GENRE_BITS or WORLD_BITS
    into a track, the popular ones often. `skip_logit` is what the track adds to the
    log-odds of a skip.
    """

    ids: pa.Array
    names: pa.Array
    artist_names: pa.Array
    duration_ms: NDArray[np.int32]
    skip_logit: NDArray[np.float32]
    by_genre: NDArray[np.int32]
    by_world: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.duration_ms)

    def released(self, day: int) -> int:
        """How many tracks are out on a day."""
        at_first = len(self) - int(len(self) * _LATER_SHARE)
        passed = (day - WORLD_BEGINS) / (WORLD_ENDS - WORLD_BEGINS)
        return at_first + int((len(self) - at_first) * min(max(passed, 0.0), 1.0))

    def table(self, first: int, end: int) -> pa.Table:
        """The tracks numbered `first` up to `end` as they are delivered."""
        codes = pa.array(np.arange(first, end, dtype=np.int32))
        named = {
            name: pa.DictionaryArray.from_arrays(codes, texts)
            for name, texts in self.texts().items()
        }
        return pa.table(
            {**named, "duration_ms": self.duration_ms[first:end].astype(np.int64)}
        )

    def texts(self) -> dict[str, pa.Array]:
        """The texts that the coded columns of `table` stand for."""
        return {
            "track_id": self.ids,
            "track_name": self.names,
            "artist_name": self.artist_names,
        }


def _track_ids(count: int) -> pa.Array:
    """Invented identifiers of 22 base-62 digits, none of which is used twice: the
    last ones are the hashed number itself, a bijection of 64 bits."""
    keys = np.arange(count, dtype=np.uint64)
    text = np.empty((count, _ID_LENGTH), np.uint8)
    for salt, columns in ((61, range(11)), (62, range(11, _ID_LENGTH))):
        rest = hashed(keys, salt)
        for column in columns:
            rest, digit = np.divmod(rest, np.uint64(62))
            text[:, column] = _BASE62[digit]
    offsets = np.arange(count + 1, dtype=np.int32) * _ID_LENGTH
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text))


def _quantiles(weight: NDArray[np.float64], bits: int) -> NDArray[np.int64]:
    """The place of the weight that each of 2**bits equal steps falls on."""
    running = np.cumsum(weight)
    steps = (np.arange(2**bits) + 0.5) / 2**bits * running[-1]
    places: NDArray[np.int64] = np.searchsorted(running, steps)
    return places.clip(max=len(weight) - 1)


def _genre_quantiles(
    genre: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.int32]:
    tables = []
    for number in range(len(genres())):
        tracks = np.flatnonzero(genre == number)
        if not len(tracks):
            tracks = np.arange(len(genre))
        tables.append(tracks[_quantiles(weight[tracks], GENRE_BITS)])
    return np.stack(tables).astype(np.int32)


def _artist_of_tracks(
    random: np.random.Generator, artists: Artists, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The artist of each track, the famous with more tracks, and the track's place
    among the tracks of its artist."""
    size = np.cumsum((np.arange(len(artists)) + 20.0) ** -0.6)
    artist = np.searchsorted(size, random.random(count) * size[-1]).clip(
        max=len(artists) - 1
    )
    order = np.argsort(artist, kind="stable")
    grouped = artist[order]
    starts = np.searchsorted(grouped, grouped)
    place = np.empty(count, np.int64)
    place[order] = np.arange(count) - starts
    return artist, place


@lru_cache(maxsize=1)
def build_catalogue(seed: int, count: int) -> Catalogue:
    """The `count` tracks of a seed, by artists of the listening domain's names."""
    random = random_stream(seed, Purpose.SERVICE_TRACKS)
    artists = build_artists(seed, max(1_000, count // 8))
    artist, place = _artist_of_tracks(random, artists, count)
    works = WorkNames(seed, artists)
    seconds = _MEDIAN_SECONDS * np.exp(_SECONDS_SIGMA * random.standard_normal(count))
    duration = (seconds * 1000).astype(np.int32).clip(_SHORTEST_MS, _LONGEST_MS)
    rank = random.permutation(count).astype(np.float64)
    weight = (rank + _SHIFT) ** -_EXPONENT
    skip = 0.45 * random.standard_normal(count, np.float32)
    return Catalogue(
        _track_ids(count),
        works.texts.take(pa.array(works.codes(TRACK, artist, place))),
        pa.array(artists.names).take(pa.array(artist)),
        duration,
        skip,
        _genre_quantiles(artists.genre[artist], weight),
        _quantiles(weight, WORLD_BITS).astype(np.int32),
    )
