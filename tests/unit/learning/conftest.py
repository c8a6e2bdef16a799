"""Small listening data with a taste that is known."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from music_warehouse.learning.interactions import Interactions, read_interactions

GENRES, ARTISTS_PER_GENRE, USERS, ARTISTS_PER_USER = 6, 30, 600, 20


def interactions_of(rows: list[tuple[int, int, int]]) -> Interactions:
    """Interactions of (user_key, artist_key, playcount)."""
    users, artists, plays = zip(*rows, strict=True) if rows else ((), (), ())
    pairs = pa.table(
        {
            "user_key": pa.array(users, pa.int64()),
            "artist_key": pa.array(artists, pa.int64()),
            "playcount": pa.array(plays, pa.int64()),
        }
    )
    database = duckdb.connect()
    database.register("pairs", pairs)
    return read_interactions(database.sql("select * from pairs"))


@pytest.fixture(scope="session")
def six_genres() -> Interactions:
    """600 users, each of one genre, who hear 20 artists, 85 % of their genre.

    Artist 1000·g + n is number n of genre g, and low numbers are heard more; user u
    belongs to genre u mod 6 and country u mod 3.
    """
    draw = np.random.default_rng(7)
    appeal = 1 / np.arange(1, ARTISTS_PER_GENRE + 1)
    rows = []
    for user in range(USERS):
        heard: set[int] = set()
        while len(heard) < ARTISTS_PER_USER:
            own = draw.random() < 0.85
            genre = user % GENRES if own else int(draw.integers(GENRES))
            number = draw.choice(ARTISTS_PER_GENRE, p=appeal / appeal.sum())
            heard.add(1000 * genre + int(number))
        rows += [
            (user, artist, int(draw.integers(1, 500)), f"C{user % 3}")
            for artist in sorted(heard)
        ]
    names = ["user_key", "artist_key", "playcount", "country"]
    columns = [list(column) for column in zip(*rows, strict=True)]
    database = duckdb.connect()
    database.register("lists", pa.table(columns, names=names))
    return read_interactions(database.sql("select * from lists"))
