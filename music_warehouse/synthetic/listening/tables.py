"""Listeners as the tables that are delivered."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.synthetic.listening.artists import Artists
from music_warehouse.synthetic.listening.listeners import (
    LISTENERS_PER_BLOCK,
    Listeners,
    listeners_of_block,
)
from music_warehouse.synthetic.listening.reference import countries
from music_warehouse.synthetic.listening.taste import Taste
from music_warehouse.synthetic.listening.works import (
    ALBUM,
    TRACK,
    WorkKind,
    WorkNames,
    Works,
    most_heard_works,
)
from music_warehouse.synthetic.random_streams import Purpose, random_stream

_SECOND_SPELLING_SHARE = 0.25


def _schema(names: str) -> pa.Schema:
    integers = {"user_id", "rank", "playcount", "total_scrobbles"}
    return pa.schema(
        (name, pa.int64() if name in integers else pa.string())
        for name in names.split(",")
    )


SCHEMAS = {
    "users": _schema("user_id,country,total_scrobbles"),
    "user_top_artists": _schema("user_id,rank,artist_name,playcount,mbid"),
    "user_top_tracks": _schema("user_id,rank,track_name,artist_name,playcount,mbid"),
    "user_top_albums": _schema("user_id,rank,album_name,artist_name,playcount,mbid"),
}


@dataclass(frozen=True)
class BlockTables:
    """A block's listeners and the tables that tell of them, by table name."""

    listeners: Listeners
    tables: dict[str, pa.Table]


def _coded(codes: NDArray[np.int64], texts: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), texts)


class Tables:
    """Makes the tables of any block of users of one seed and catalogue."""

    def __init__(self, seed: int, artists: Artists, taste: Taste) -> None:
        self._seed, self._taste = seed, taste
        self._work_names = WorkNames(seed, artists)
        self._spelling = artists.spelling_codes()
        spellings = artists.spellings
        mbids = artists.mbids()
        owners = pa.array([spelling.artist for spelling in spellings], pa.int64())
        self._mbids = pa.concat_arrays([mbids, mbids.take(owners)])
        names = pa.array(artists.names + [spelling.name for spelling in spellings])
        self.texts = {
            "country": pa.array([""] + [country.name for country in countries()]),
            "artist_name": names,
            "track_name": self._work_names.texts,
            "album_name": self._work_names.texts,
        }

    def of_block(self, block: int, first: int, end: int) -> BlockTables:
        """The tables of the block's users among those counted `first` up to `end`
        from 0."""
        before = block * LISTENERS_PER_BLOCK
        everyone = listeners_of_block(self._seed, self._taste, block)
        random = random_stream(self._seed, Purpose.LISTENING_WORKS, block)
        works = {
            kind: most_heard_works(kind, random, everyone) for kind in (TRACK, ALBUM)
        }
        asked = slice(max(first - before, 0), min(end - before, LISTENERS_PER_BLOCK))
        listeners = everyone.rows(asked)
        listed = self._listed_names(listeners)
        return BlockTables(
            listeners,
            {
                "users": self._users(listeners),
                "user_top_artists": self._top_artists(listeners, listed),
                **{
                    f"user_top_{kind.name}s": self._top_works(
                        kind, listeners, listed, works[kind].rows(asked)
                    )
                    for kind in (TRACK, ALBUM)
                },
            },
        )

    def _listed_names(self, listeners: Listeners) -> NDArray[np.int64]:
        """Codes of the artists' names as this user's player spells them."""
        second = self._spelling[listeners.artist]
        respelt = (second >= 0) & (listeners.chance < _SECOND_SPELLING_SHARE)
        return np.where(respelt, second, listeners.artist)

    def _users(self, listeners: Listeners) -> pa.Table:
        country = np.where(listeners.says_country, listeners.country + 1, 0)
        return pa.table(
            {
                "user_id": listeners.user_id,
                "country": _coded(country, self.texts["country"]),
                "total_scrobbles": listeners.total_scrobbles,
            }
        )

    def _top_artists(self, listeners: Listeners, listed: NDArray[np.int64]) -> pa.Table:
        user, rank = np.nonzero(listeners.plays)
        name = listed[user, rank]
        return pa.table(
            {
                "user_id": listeners.user_id[user],
                "rank": rank + 1,
                "artist_name": _coded(name, self.texts["artist_name"]),
                "playcount": listeners.plays[user, rank],
                "mbid": self._mbids.take(pa.array(name)),
            }
        )

    def _top_works(
        self,
        kind: WorkKind,
        listeners: Listeners,
        listed: NDArray[np.int64],
        works: Works,
    ) -> pa.Table:
        user, rank = np.nonzero(works.plays)
        place, number = works.place[user, rank], works.number[user, rank]
        artist = listeners.artist[user, place]
        column = f"{kind.name}_name"
        names = self._work_names
        return pa.table(
            {
                "user_id": listeners.user_id[user],
                "rank": rank + 1,
                column: _coded(names.codes(kind, artist, number), self.texts[column]),
                "artist_name": _coded(listed[user, place], self.texts["artist_name"]),
                "playcount": works.plays[user, rank],
                "mbid": names.mbids(kind, artist, number),
            }
        )
