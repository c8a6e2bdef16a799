import hashlib
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from music_warehouse.errors import UserError
from music_warehouse.learning.embeddings import (
    artist_embeddings,
    embedding_parameters,
    user_embeddings,
)
from music_warehouse.learning.interactions import Interactions
from music_warehouse.learning.svd import SvdParameters
from music_warehouse.learning.unit_vectors import dimension_names, table_vectors
from music_warehouse.learning.word2vec import Word2VecParameters

from .conftest import interactions_of

SVD = SvdParameters()
FINE = 2e-5  # 50 columns, each rounded to 6 decimals


def both(interactions: Interactions) -> tuple[pa.Table, pa.Table]:
    artists = artist_embeddings(interactions, SVD)
    return artists, user_embeddings(interactions, artists, SVD)


def lengths(table: pa.Table) -> np.ndarray:
    return np.linalg.norm(table_vectors(table), axis=1)


def test_both_tables_have_the_key_then_fifty_columns_of_length_one(
    six_genres: Interactions,
) -> None:
    artists, users = both(six_genres)

    assert artists.column_names[:51] == ["artist_key", *dimension_names(50)]
    assert users.column_names[:51] == ["user_key", *dimension_names(50)]
    assert artists.column_names[50] == "dim_50"
    assert np.allclose(lengths(artists), 1, atol=FINE)
    assert np.allclose(lengths(users), 1, atol=FINE)


def test_artists_of_one_genre_and_their_users_lie_together(
    six_genres: Interactions,
) -> None:
    artists, users = both(six_genres)
    genre = artists["artist_key"].to_numpy() // 1000
    cosines = table_vectors(artists) @ table_vectors(artists).T
    same = genre[:, None] == genre[None, :]
    taste = table_vectors(users) @ table_vectors(artists).T
    nearest_genre = np.array(
        [[row[genre == number].mean() for number in range(6)] for row in taste]
    ).argmax(axis=1)

    assert cosines[same].mean() > cosines[~same].mean() + 0.15
    assert np.mean(nearest_genre == users["user_key"].to_numpy() % 6) > 0.95


@pytest.mark.parametrize("method", ["svd", "word2vec"])
def test_a_run_in_another_process_on_more_threads_gives_the_same_bytes(
    method: str,
) -> None:
    if method == "word2vec":
        pytest.importorskip("gensim", reason="gensim is an optional extra")
    script = (
        "import dataclasses, duckdb, os, sys\n"
        "os.cpu_count = lambda: int(os.environ['OMP_NUM_THREADS'])\n"
        "from music_warehouse.learning.interactions import *\n"
        "from music_warehouse.learning.embeddings import *\n"
        "from music_warehouse.learning.nearby_cells import CellParameters\n"
        "from music_warehouse.learning.neighbors import *\n"
        "from music_warehouse.learning.taste_clusters import *\n"
        "rows = duckdb.connect().sql('select i % 211 as user_key, "
        "i * i % 97 as artist_key, 1 + i % 50 as playcount from range(6000) r(i)')\n"
        f"parameters = embedding_parameters({method!r}, 50, 11)\n"
        f"if {method!r} == 'svd':\n"
        "    parameters = dataclasses.replace(parameters, warm_start_users=60)\n"
        "cells = CellParameters(exact_up_to=50, cell_size=20, searched_share=0.3)\n"
        "interactions = read_interactions(rows)\n"
        "artists = artist_embeddings(interactions, parameters)\n"
        "users = user_embeddings(interactions, artists, parameters)\n"
        "clusters = artist_taste_clusters(artists, read_artist_plays(rows))\n"
        "tables = [artists, users, clusters]\n"
        "tables += [artist_neighbors(interactions, artists)]\n"
        "tables += [similar_users(users, cells=cells)]\n"
        "tables += [user_taste_clusters(interactions, artists, users, clusters)]\n"
        "for table in tables:\n"
        "    for column in table.columns:\n"
        "        sys.stdout.buffer.write(repr(column.to_pylist()).encode())\n"
    )
    digests = set()
    for threads, hashing in (("1", "1"), ("4", "2")):
        environment = os.environ | {
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "PYTHONHASHSEED": hashing,
        }
        run = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            capture_output=True,
            check=True,
        )
        assert len(run.stdout) > 100_000
        digests.add(hashlib.sha256(run.stdout).hexdigest())

    assert len(digests) == 1


def test_fewer_artists_than_dimensions_leave_the_last_columns_zero() -> None:
    interactions = interactions_of(
        [(user, artist, 3) for user in range(8) for artist in range(user % 4 + 1)]
    )

    artists, users = both(interactions)

    assert artists.num_rows == 4
    assert np.allclose(lengths(artists), 1, atol=FINE)
    assert np.allclose(lengths(users), 1, atol=FINE)
    assert np.all(table_vectors(artists)[:, 4:] == 0)


def test_an_empty_source_gives_empty_tables_with_all_columns() -> None:
    artists, users = both(interactions_of([]))

    assert (artists.num_rows, users.num_rows) == (0, 0)
    assert len(artists.column_names) == 54
    assert len(users.column_names) == 52


def test_an_artist_with_one_listener_lies_where_that_listener_does(
    six_genres: Interactions,
) -> None:
    rows = rows_of(six_genres)
    rows += [(2, 99_999, 40)]

    artists, users = both(interactions_of(rows))
    rare = table_vectors(artists)[artists["artist_key"].to_pylist().index(99_999)]
    taste = table_vectors(users) @ rare

    assert int(users["user_key"][int(taste.argmax())].as_py()) == 2


def test_a_user_with_one_artist_has_the_direction_of_that_artist(
    six_genres: Interactions,
) -> None:
    rows = [*rows_of(six_genres), (99_999, 3001, 12)]

    artists, users = both(interactions_of(rows))
    artist = table_vectors(artists)[artists["artist_key"].to_pylist().index(3001)]

    assert np.allclose(table_vectors(users)[-1], artist, atol=FINE)


def test_artists_apart_from_all_others_get_the_mean_direction(
    six_genres: Interactions,
) -> None:
    rows = rows_of(six_genres) + [(99_999, 90_000 + n, 1) for n in range(3)]
    interactions = interactions_of(rows)
    few = SvdParameters(dimensions=4)

    artists = artist_embeddings(interactions, few)
    users = user_embeddings(interactions, artists, few)
    weights = artists["listeners"].to_numpy() * (
        artists["artist_key"].to_numpy() < 90_000
    )
    mean = weights @ table_vectors(artists)

    assert np.allclose(lengths(artists), 1, atol=FINE)
    assert table_vectors(artists)[-1] @ mean / np.linalg.norm(mean) > 0.999
    assert table_vectors(users)[-1] @ mean / np.linalg.norm(mean) > 0.999


def test_a_user_whose_artists_are_all_rare_lies_among_their_listeners(
    six_genres: Interactions,
) -> None:
    rows = rows_of(six_genres)
    rows += [(user, 90_000 + n, 9) for n, user in enumerate((2, 8, 14))]
    rows += [(99_999, 90_000 + n, 9) for n in range(3)]

    _, users = both(interactions_of(rows))
    vectors = table_vectors(users)
    genre = users["user_key"].to_numpy()[:-1] % 6
    nearness = vectors[:-1] @ vectors[-1]

    assert nearness[genre == 2].mean() > nearness[genre != 2].mean()
    assert lengths(users)[-1] == pytest.approx(1, abs=FINE)


def test_users_of_a_stale_artist_table_are_refused(six_genres: Interactions) -> None:
    artists = artist_embeddings(six_genres, SVD)

    with pytest.raises(UserError, match="artist_key"):
        user_embeddings(six_genres, artists.slice(1), SVD)


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(UserError, match="glove"):
        embedding_parameters("glove", 50, 1)


def test_word2vec_finds_the_genres_too(six_genres: Interactions) -> None:
    pytest.importorskip("gensim", reason="gensim is an optional extra")
    artists = artist_embeddings(six_genres, Word2VecParameters(epochs=3))
    genre = artists["artist_key"].to_numpy() // 1000
    vectors = table_vectors(artists)
    vectors = vectors - vectors.mean(axis=0)
    cosines = vectors @ vectors.T
    same = genre[:, None] == genre[None, :]

    assert np.allclose(lengths(artists), 1, atol=FINE)
    assert cosines[same].mean() > cosines[~same].mean() + 0.1


def rows_of(interactions: Interactions) -> list[tuple[int, int, int]]:
    entries = interactions.playcounts.tocoo()
    users = interactions.user_keys.to_numpy()[entries.row]
    artists = interactions.artist_keys.to_numpy()[entries.col]
    plays = entries.data.astype(int)
    return list(zip(users.tolist(), artists.tolist(), plays.tolist(), strict=True))
