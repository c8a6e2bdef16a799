import numpy as np

from music_warehouse.learning.embeddings import artist_embeddings, user_embeddings
from music_warehouse.learning.interactions import Interactions
from music_warehouse.learning.neighbors import (
    NeighborParameters,
    artist_neighbors,
    similar_users,
)
from music_warehouse.learning.shared_listeners import counted_pairs
from music_warehouse.learning.svd import SvdParameters

from .conftest import interactions_of

SVD = SvdParameters()


def test_each_artist_has_twenty_others_with_their_evidence(
    six_genres: Interactions,
) -> None:
    artists = artist_embeddings(six_genres, SVD)
    heard = (six_genres.artist_listeners() >= 10).sum()

    table = artist_neighbors(six_genres, artists)
    rows = table.to_pylist()

    assert table.num_rows == 20 * heard
    keys = [(row["artist_key"], row["row_no"]) for row in rows]
    assert keys == sorted(set(keys))
    assert all(row["artist_key"] != row["neighbor_artist_key"] for row in rows)
    assert min(row["neighbor_listeners"] for row in rows) >= 10


def test_shared_listeners_lift_and_mutuality_are_counted_by_hand() -> None:
    rows = [(user, 1, 5) for user in range(12)]
    rows += [(user, 2, 5) for user in range(2, 14)]
    rows += [(user, 3, 5) for user in range(6, 20)]
    rows += [(0, 4, 5)]
    interactions = interactions_of(rows)

    table = artist_neighbors(interactions, artist_embeddings(interactions, SVD))
    found = {
        (row["artist_key"], row["neighbor_artist_key"]): row
        for row in table.to_pylist()
    }

    assert set(found) == {(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)}
    pair = found[1, 2]
    assert (pair["shared_listeners"], pair["listeners"]) == (10, 12)
    assert pair["lift"] == round(10 * 20 / (12 * 12), 6)
    assert all(row["is_mutual"] for row in found.values())


def test_shared_listeners_equal_the_product_of_the_matrices(
    six_genres: Interactions,
) -> None:
    heard = (six_genres.playcounts.toarray() > 0).astype(int)
    left, right = (places.ravel() for places in np.indices((six_genres.artists,) * 2))

    shared, is_mutual = counted_pairs(six_genres.playcounts, left, right)

    assert np.array_equal(shared, (heard.T @ heard).ravel())
    assert np.array_equal(is_mutual, left != right)


def test_pairs_are_counted_in_the_order_given_and_mutual_both_ways() -> None:
    rows = [(user, 1, 5) for user in range(12)]
    rows += [(user, 2, 5) for user in range(2, 14)] + [(20, 3, 5)]
    left, right = np.array([2, 0, 1, 0]), np.array([0, 1, 0, 2])

    shared, is_mutual = counted_pairs(interactions_of(rows).playcounts, left, right)
    one_way, is_one_way_mutual = counted_pairs(
        interactions_of(rows).playcounts, left[:2], right[:2]
    )

    assert shared.tolist() == [0, 10, 10, 0]
    assert is_mutual.tolist() == [True] * 4
    assert one_way.tolist() == [0, 10]
    assert is_one_way_mutual.tolist() == [False, False]


def test_similar_users_share_the_taste_and_have_ten_artists() -> None:
    rows = [(user, 100 * (user % 2) + n, 3) for user in range(40) for n in range(12)]
    rows += [(99, 100, 3), (98, 0, 3)]
    interactions = interactions_of(rows)
    artists = artist_embeddings(interactions, SVD)
    users = user_embeddings(interactions, artists, SVD)

    table = similar_users(users, NeighborParameters(count=5))

    pairs = table.to_pylist()
    assert table.num_rows == 40 * 5
    assert all(row["user_key"] % 2 == row["similar_user_key"] % 2 for row in pairs)
    assert {row["user_key"] for row in pairs} == set(range(40))


def test_an_empty_source_has_no_neighbours() -> None:
    interactions = interactions_of([])
    artists = artist_embeddings(interactions, SVD)
    users = user_embeddings(interactions, artists, SVD)

    assert artist_neighbors(interactions, artists).num_rows == 0
    assert similar_users(users).num_rows == 0


def test_listeners_of_one_taste_have_cosine_one_and_not_more() -> None:
    """Published vectors are rounded: their lengths are one to 6 decimals only."""
    lists = [
        (user, (user + place) % 12, 100 - place)
        for user in range(30)
        for place in range(12)
    ]
    interactions = interactions_of(lists)
    artists = artist_embeddings(interactions, SVD)
    users = user_embeddings(interactions, artists, SVD)

    cosines = similar_users(users)["cosine"].to_numpy()

    assert cosines.max() == 1
