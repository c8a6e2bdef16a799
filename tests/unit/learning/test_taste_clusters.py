import numpy as np
import pyarrow as pa
import pytest

from music_warehouse.learning.cluster_choice import ClusterParameters
from music_warehouse.learning.embeddings import artist_embeddings, user_embeddings
from music_warehouse.learning.interactions import Interactions
from music_warehouse.learning.svd import SvdParameters
from music_warehouse.learning.taste_clusters import (
    artist_taste_clusters,
    user_taste_clusters,
)

from .conftest import interactions_of

# As many dimensions as the data has genres: the clusters are then certain.
SVD = SvdParameters(dimensions=6)
CLUSTERS = ClusterParameters(candidates=(3, 6, 9), bootstraps=6)


def plays_of(interactions: Interactions) -> pa.Table:
    """What `read_artist_plays` reads."""
    plays = interactions.playcounts.sum(axis=0).A1.astype(np.int64)
    return pa.table({"artist_key": interactions.artist_keys, "playcount": plays})


def test_the_planted_genres_are_found_and_stable(six_genres: Interactions) -> None:
    artists = artist_embeddings(six_genres, SVD)

    table = artist_taste_clusters(artists, plays_of(six_genres), CLUSTERS)
    genre = table["artist_key"].to_numpy() // 1000
    cluster = table["cluster"].to_numpy()

    assert set(cluster) == {1, 2, 3, 4, 5, 6}
    assert all(len(set(cluster[genre == number])) == 1 for number in range(6))
    assert table["is_stable"][0].as_py()
    assert table["median_ari"][0].as_py() > 0.95


def test_clusters_are_numbered_by_plays_and_ranks_start_with_the_most_central(
    six_genres: Interactions,
) -> None:
    artists = artist_embeddings(six_genres, SVD)
    table = artist_taste_clusters(artists, plays_of(six_genres), CLUSTERS)
    cluster = table["cluster"].to_numpy()
    plays = plays_of(six_genres)["playcount"].to_numpy()
    totals = [plays[cluster == number].sum() for number in range(1, 7)]
    ranked = [row for row in table.to_pylist() if row["centrality_rank"] is not None]

    assert totals == sorted(totals, reverse=True)
    for number in range(1, 7):
        own = [row for row in ranked if row["cluster"] == number]
        own.sort(key=lambda row: row["centrality_rank"])
        assert [row["centrality_rank"] for row in own] == list(range(1, len(own) + 1))
        assert [row["cosine"] for row in own] == sorted(
            (row["cosine"] for row in own), reverse=True
        )
        assert 1 <= len(own) < 15


def test_users_belong_to_their_genre_with_the_share_of_their_plays(
    six_genres: Interactions,
) -> None:
    artists = artist_embeddings(six_genres, SVD)
    users = user_embeddings(six_genres, artists, SVD)
    clusters = artist_taste_clusters(artists, plays_of(six_genres), CLUSTERS)

    table = user_taste_clusters(six_genres, artists, users, clusters)
    of_genre = {
        row["artist_key"] // 1000: row["cluster"] for row in clusters.to_pylist()
    }
    own = [of_genre[user % 6] for user in table["user_key"].to_pylist()]
    first = table.to_pylist()[0]
    plays = six_genres.playcounts.toarray()[0]
    in_cluster = plays[clusters["cluster"].to_numpy() == first["cluster"]].sum()

    assert np.mean(np.array(own) == table["cluster"].to_numpy()) > 0.95
    assert first["plays"] == plays.sum()
    assert first["cluster_plays"] == in_cluster
    assert first["cluster_plays_share"] == round(in_cluster / plays.sum(), 6)


def test_noise_is_not_called_stable() -> None:
    draw = np.random.default_rng(3)
    rows = sorted({(int(u), int(draw.integers(150)), 1) for u in np.arange(6000) % 400})
    interactions = interactions_of(rows)
    artists = artist_embeddings(interactions, SvdParameters())

    table = artist_taste_clusters(artists, plays_of(interactions), CLUSTERS)

    assert not table["is_stable"][0].as_py()


@pytest.mark.parametrize("rows", [[], [(1, 1, 4)], [(1, 1, 4), (1, 2, 4)]])
def test_too_few_artists_make_one_unstable_cluster_or_none(
    rows: list[tuple[int, int, int]],
) -> None:
    interactions = interactions_of(rows)
    artists = artist_embeddings(interactions, SVD)
    users = user_embeddings(interactions, artists, SVD)

    clusters = artist_taste_clusters(artists, plays_of(interactions))
    of_users = user_taste_clusters(interactions, artists, users, clusters)

    assert clusters["cluster"].to_pylist() == [1] * interactions.artists
    assert not any(clusters["is_stable"].to_pylist())
    assert of_users["cluster"].to_pylist() == [1] * interactions.users
