"""The tables `artist_neighbors` and `similar_users`."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from music_warehouse.learning.determinism import rounded
from music_warehouse.learning.interactions import Interactions
from music_warehouse.learning.nearby_cells import CellParameters, nearest_in_cells
from music_warehouse.learning.shared_listeners import counted_pairs
from music_warehouse.learning.top_cosines import NearestPairs
from music_warehouse.learning.unit_vectors import rows_of_keys, table_vectors


@dataclass(frozen=True)
class NeighborParameters:
    """How many neighbours, and whose: both sides have `min_evidence` listeners (for
    artists) or artists (for users)."""

    count: int
    min_evidence: int = 10


ARTIST_NEIGHBORS = NeighborParameters(count=20)
SIMILAR_USERS = NeighborParameters(count=25)


def artist_neighbors(
    interactions: Interactions,
    artists: pa.Table,
    parameters: NeighborParameters = ARTIST_NEIGHBORS,
    cells: CellParameters | None = None,
) -> pa.Table:
    """One row per artist × neighbour: the top `count` by cosine, found as in
    `similar_users`.

    Columns: artist_key, neighbor_artist_key, rank, row_no, cosine, shared_listeners,
    listeners, neighbor_listeners, lift (shared listeners over those expected if the
    two were heard independently) and is_mutual (each is among the other's). Equal
    cosines are ordered by listeners, then key.
    """
    listeners = interactions.artist_listeners()
    heard = np.flatnonzero(listeners >= parameters.min_evidence)
    heard = heard[np.lexsort((heard, -listeners[heard]))]
    rows = rows_of_keys(artists, "artist_key", interactions.artist_keys)
    units = table_vectors(artists)[rows[heard]]
    pairs = nearest_in_cells(units, parameters.count, cells or CellParameters())
    left, right = heard[pairs.row], heard[pairs.column]
    shared, is_mutual = counted_pairs(interactions.playcounts, left, right)
    expected = listeners[left] * listeners[right] / max(interactions.users, 1)
    table = pa.table(
        {
            "artist_key": interactions.artist_keys.take(left),
            "neighbor_artist_key": interactions.artist_keys.take(right),
            **_ranking(pairs),
            "shared_listeners": pa.array(shared),
            "listeners": pa.array(listeners[left]),
            "neighbor_listeners": pa.array(listeners[right]),
            "lift": pa.array(rounded(shared / expected)),
            "is_mutual": pa.array(is_mutual),
        }
    )
    return table.take(pa.array(np.lexsort((pairs.place, left))))


def similar_users(
    users: pa.Table,
    parameters: NeighborParameters = SIMILAR_USERS,
    cells: CellParameters | None = None,
) -> pa.Table:
    """One row per user × similar user: the top `count` by cosine among users with
    enough artists. Columns: user_key, similar_user_key, rank, row_no, cosine.
    `users` is the table of `user_embeddings`, in any order.

    Exact up to `cells.exact_up_to` users. Beyond, all pairs would take 25 TFLOP at
    500,000 users: each user is compared with those in nearby cells of taste, see
    `nearest_in_cells`.
    """
    enough = users.filter(pc.field("artists") >= parameters.min_evidence)
    enough = enough.sort_by("user_key")
    keys = enough["user_key"].combine_chunks()
    units = table_vectors(enough)
    pairs = nearest_in_cells(units, parameters.count, cells or CellParameters())
    return pa.table(
        {
            "user_key": keys.take(pa.array(pairs.row)),
            "similar_user_key": keys.take(pa.array(pairs.column)),
            **_ranking(pairs),
        }
    )


def _ranking(pairs: NearestPairs) -> dict[str, pa.Array]:
    return {
        "rank": pa.array(pairs.rank.astype(np.int32)),
        "row_no": pa.array(pairs.place.astype(np.int32)),
        "cosine": pa.array(pairs.cosine),
    }
