"""The planted truth, for evaluation only: the warehouse never reads it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.synthetic.delivery_files import delivery_file
from music_warehouse.synthetic.listening.artists import Artists
from music_warehouse.synthetic.listening.listeners import STRAY_SHARE, Listeners
from music_warehouse.synthetic.listening.reference import countries, genres
from music_warehouse.synthetic.listening.taste import Taste


def _named(codes: NDArray[np.int64], names: list[str]) -> pa.Array:
    return pa.array(names).take(pa.array(codes))


class Truth:
    """Gathers what the generator knows while blocks pass, then writes it."""

    def __init__(self, folder: Path, artists: Artists, taste: Taste) -> None:
        self.folder = folder
        self._artists, self._taste = artists, taste
        self._genres = [genre.name for genre in genres()]
        self._countries = [country.name for country in countries()]
        self._users = np.zeros(len(self._countries))
        self._genre_users = np.zeros_like(taste.preferences)
        self._user_genres: list[pa.Table] = []

    def add(self, listeners: Listeners) -> None:
        """Take note of a block of users."""
        self._users += np.bincount(listeners.country, minlength=len(self._users))
        np.add.at(self._genre_users, listeners.country, listeners.genre_share)
        user, genre = np.nonzero(listeners.genre_share)
        self._user_genres.append(
            pa.table(
                {
                    "user_id": listeners.user_id[user],
                    "country": _named(listeners.country[user], self._countries),
                    "genre": _named(genre, self._genres),
                    "share": listeners.genre_share[user, genre],
                }
            )
        )

    def write(self) -> None:
        """Write one Parquet file for each thing known."""
        tables = {
            "user_genres": pa.concat_tables(self._user_genres),
            "artists": self._artist_table(),
            "artist_spellings": self._spelling_table(),
            "distinctive_artists": self._distinctive_table(),
        }
        for name, table in tables.items():
            path = self.folder / f"{name}.parquet"
            with delivery_file(path, table.schema, {}) as file:
                file.append(file.encode(table))

    def _artist_table(self) -> pa.Table:
        artists = self._artists
        credited = [artists.joint_credits.get(n) for n in range(len(artists))]
        return pa.table(
            {
                "artist_name": artists.names,
                "genre": _named(artists.genre, self._genres),
                "other_genre": _named(artists.other_genre, self._genres),
                "home_country": _named(artists.home, self._countries),
                "mbid": artists.mbids(),
                "joint_credit_of": pa.array(
                    [[artists.names[n] for n in both or ()] for both in credited],
                    pa.list_(pa.string()),
                ),
            }
        )

    def _spelling_table(self) -> pa.Table:
        spellings = self._artists.spellings
        names = self._artists.names
        return pa.table(
            {
                "artist_name": pa.array([names[s.artist] for s in spellings]),
                "spelling": pa.array([s.name for s in spellings]),
                "kind": pa.array([s.kind for s in spellings]),
            }
        )

    def _distinctive_table(self) -> pa.Table:
        """Per artist heard beyond its share in a country: the planted lift among
        listening of its genre, and the rates of draws in the country and elsewhere
        for the users of this delivery."""
        taste, local, artists = self._taste, self._taste.local, self._artists
        users = self._users[:, None]
        liked = np.divide(
            self._genre_users, users, taste.preferences.copy(), where=users > 0
        )
        mix = (1 - STRAY_SHARE) * liked + STRAY_SHARE * taste.preferences
        country_share = self._users / self._users.sum()
        of_world = mix * (1 - taste.local_chance)
        of_world_everywhere = country_share @ of_world

        who, where = local.artist, local.country
        genre, other = artists.genre[who], artists.other_genre[who]
        chance = taste.local_chance[where, genre]
        main, side = taste.world_share[who], taste.other_world_share[who]
        beyond = mix[where, genre] * chance * local.share
        here = of_world[where, genre] * main + of_world[where, other] * side + beyond
        everywhere = np.bincount(who, country_share[where] * beyond)[who]
        everywhere += of_world_everywhere[genre] * main
        everywhere += of_world_everywhere[other] * side
        share = country_share[where]
        elsewhere = np.full_like(here, np.nan)
        np.divide(everywhere - share * here, 1 - share, elsewhere, where=share < 1)
        return pa.table(
            {
                "country": _named(where, self._countries),
                "artist_name": _named(who, artists.names),
                "is_planted": local.is_planted,
                "lift_within_genre": 1 - chance + chance * local.share / main,
                "country_rate": here,
                "elsewhere_rate": elsewhere,
                "lift": here / elsewhere,
            }
        )
