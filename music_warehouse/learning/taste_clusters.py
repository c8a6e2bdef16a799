"""The tables `artist_taste_clusters` and `user_taste_clusters`."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.learning.cluster_choice import (
    ClusterParameters,
    choose_clusters,
)
from music_warehouse.learning.determinism import rounded
from music_warehouse.learning.interactions import Interactions
from music_warehouse.learning.top_cosines import nearest
from music_warehouse.learning.unit_vectors import (
    rows_of_keys,
    table_vectors,
)

_WIDELY_HEARD_QUANTILE = 0.9


@dataclass(frozen=True)
class _Placed:
    """For every artist its cluster, from 0, and the cosine with its centre."""

    cluster: NDArray[np.int64]
    cosine: NDArray[np.float64]


def artist_taste_clusters(
    artists: pa.Table,
    plays: pa.Table,
    parameters: ClusterParameters | None = None,
) -> pa.Table:
    """One row per artist: artist_key, its cluster and what names the cluster.

    Clusters are numbered from 1 in the order of their plays. Columns: cluster,
    cosine (with the centre), centrality_rank (1 for the most central of the widely
    heard artists of the cluster, NULL for those not widely heard: below the 90th
    percentile of its listeners); then, the same in all rows of a cluster,
    cluster_stability; and in all rows clusters, silhouette, median_ari and
    is_stable (see `choose_clusters`). No rows when there are no artists.

    `artists` is the table of `artist_embeddings`, `plays` that of `read_artist_plays`,
    both in any order.
    """
    chosen = parameters or ClusterParameters()
    artists = artists.sort_by("artist_key")
    keys = artists["artist_key"].combine_chunks()
    units = table_vectors(artists)
    listeners = artists["listeners"].to_numpy()
    fitted = _candidates_to_fit(listeners, chosen.min_listeners)
    choice = choose_clusters(units[fitted], chosen)
    placed = _place(units, choice.centers)
    of_artist = plays["playcount"].to_numpy()[rows_of_keys(plays, "artist_key", keys)]
    order, number = _in_order_of_plays(placed.cluster, of_artist, len(choice.centers))
    ranks = _centrality_ranks(placed, listeners)
    size = len(keys)
    return pa.table(
        {
            "artist_key": keys,
            "cluster": pa.array(number[placed.cluster].astype(np.int32)),
            "cosine": pa.array(rounded(placed.cosine)),
            "centrality_rank": pa.array(ranks, mask=ranks == 0),
            "cluster_stability": pa.array(
                rounded(choice.cluster_stability)[placed.cluster]
            ),
            "clusters": pa.array(np.full(size, len(order), np.int32)),
            "silhouette": pa.array(np.full(size, round(choice.silhouette, 6))),
            "median_ari": pa.array(np.full(size, round(choice.median_ari, 6))),
            "is_stable": pa.array(np.full(size, choice.is_stable)),
        }
    )


def user_taste_clusters(
    interactions: Interactions,
    artists: pa.Table,
    users: pa.Table,
    clusters: pa.Table,
) -> pa.Table:
    """One row per user: user_key, the cluster whose centre is nearest to the user,
    cosine, plays, cluster_plays and cluster_plays_share (of the user's plays, those
    of artists in the cluster).

    `artists`, `users` and `clusters` are the tables of `artist_embeddings`,
    `user_embeddings` and `artist_taste_clusters`. The centre of a cluster is the
    mean direction of its artists.
    """
    artist_rows = rows_of_keys(artists, "artist_key", interactions.artist_keys)
    cluster_rows = rows_of_keys(clusters, "artist_key", interactions.artist_keys)
    user_rows = rows_of_keys(users, "user_key", interactions.user_keys)
    cluster_of_artist = clusters["cluster"].to_numpy()[cluster_rows].astype(np.int64)
    centers = _centers(table_vectors(artists)[artist_rows], cluster_of_artist)
    placed = _place(table_vectors(users)[user_rows], centers)
    playcounts = interactions.playcounts
    users_artists = interactions.user_artists()
    in_cluster = cluster_of_artist[playcounts.indices] == np.repeat(
        placed.cluster + 1, users_artists
    )
    user = np.repeat(np.arange(interactions.users), users_artists)
    # Sums of integers below 2**53 are exact in float64.
    plays = np.bincount(user, playcounts.data, interactions.users)
    cluster_plays = np.bincount(
        user[in_cluster], playcounts.data[in_cluster], interactions.users
    )
    return pa.table(
        {
            "user_key": interactions.user_keys,
            "cluster": pa.array((placed.cluster + 1).astype(np.int32)),
            "cosine": pa.array(rounded(placed.cosine)),
            "plays": pa.array(plays.astype(np.int64)),
            "cluster_plays": pa.array(cluster_plays.astype(np.int64)),
            "cluster_plays_share": pa.array(rounded(cluster_plays / plays)),
        }
    )


def _candidates_to_fit(
    listeners: NDArray[np.int64], min_listeners: int
) -> NDArray[np.int64]:
    enough = np.flatnonzero(listeners >= min_listeners)
    return enough if len(enough) else np.arange(len(listeners))


def _place(units: NDArray[np.float64], centers: NDArray[np.float64]) -> _Placed:
    pairs = nearest(units, centers, 1)
    return _Placed(pairs.column, pairs.cosine)


def _in_order_of_plays(
    cluster: NDArray[np.int64], plays: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    # Sums of integers below 2**53 are exact in the float64 of bincount.
    total = np.bincount(cluster, plays, count)
    order = np.lexsort((np.arange(count), -total))
    number = np.empty(count, np.int64)
    number[order] = np.arange(1, count + 1)
    return order, number


def _centrality_ranks(
    placed: _Placed, listeners: NDArray[np.int64]
) -> NDArray[np.int32]:
    """1, 2, … among the widely heard of each cluster, 0 for the others."""
    ranks = np.zeros(len(listeners), np.int32)
    for cluster in np.unique(placed.cluster):
        members = np.flatnonzero(placed.cluster == cluster)
        least = np.quantile(listeners[members], _WIDELY_HEARD_QUANTILE)
        heard = members[listeners[members] >= least]
        order = np.lexsort((heard, -listeners[heard], -placed.cosine[heard]))
        ranks[heard[order]] = np.arange(1, len(heard) + 1)
    return ranks


def _centers(
    units: NDArray[np.float64], cluster: NDArray[np.int64]
) -> NDArray[np.float64]:
    sums = np.zeros((cluster.max(initial=0), units.shape[1]))
    np.add.at(sums, cluster - 1, units)
    lengths = np.maximum(np.linalg.norm(sums, axis=1), 1e-12)
    return np.asarray(sums / lengths[:, None])
