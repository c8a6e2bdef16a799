"""Who listened to which artist, as a matrix between keys in ascending order."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from music_warehouse.errors import UserError
from music_warehouse.learning.determinism import on_all_cores

UNKNOWN_COUNTRY = -1

_COUNTED = "playcount > 0 and user_key is not null and artist_key is not null"


@dataclass(frozen=True)
class Interactions:
    """Playcounts of user × artist, one entry a pair.

    A row or column is the position of its key in `user_keys` or `artist_keys`, which
    are in ascending order. Countries are coded in any order, `UNKNOWN_COUNTRY` where
    the user gave none.
    """

    playcounts: sp.csr_matrix
    user_keys: pa.Array
    artist_keys: pa.Array
    user_country: NDArray[np.int32]

    @property
    def users(self) -> int:
        """How many users there are."""
        return len(self.user_keys)

    @property
    def artists(self) -> int:
        """How many artists there are."""
        return len(self.artist_keys)

    def artist_listeners(self) -> NDArray[np.int64]:
        """Listeners of every artist."""
        return np.bincount(self.playcounts.indices, minlength=self.artists)

    def user_artists(self) -> NDArray[np.int64]:
        """Artists of every user."""
        return np.asarray(np.diff(self.playcounts.indptr), np.int64)


def read_interactions(relation: duckdb.DuckDBPyRelation) -> Interactions:
    """Code a relation with the columns user_key, artist_key, playcount and, if
    wanted, country (NULL or 'ZZ' is unknown).

    Repeated pairs are added up, those without plays dropped. Keys become codes in
    Arrow: as Python strings they cost 126 s of 166 s at 25 million rows, and joins
    in the database twice the time. The result does not depend on the order of the
    relation's rows.
    """
    _demand_columns(relation)
    pairs = _query(
        relation,
        f"select user_key, artist_key, playcount from listens where {_COUNTED}",
    )
    (user_code, user_keys), (artist_code, artist_keys) = on_all_cores(
        _coded, [pairs["user_key"], pairs["artist_key"]]
    )
    playcounts = sp.csr_matrix(
        (pairs["playcount"].to_numpy().astype(np.float64), (user_code, artist_code)),
        shape=(len(user_keys), len(artist_keys)),
    )
    return Interactions(
        playcounts, user_keys, artist_keys, _countries(relation, user_keys)
    )


def draw_users(
    relation: duckdb.DuckDBPyRelation, most_users: int, seed: int
) -> duckdb.DuckDBPyRelation:
    """The rows of at most `most_users` of the users with plays, drawn evenly."""
    _demand_columns(relation)
    users = _query(
        relation,
        f"select user_key from listens where {_COUNTED} group by user_key "
        "order by user_key",
    )["user_key"]
    if len(users) <= most_users:
        return relation
    drawn = users.take(drawn_positions(len(users), most_users, seed)).to_pylist()
    return relation.filter(
        duckdb.ColumnExpression("user_key").isin(
            *[duckdb.ConstantExpression(user) for user in drawn]
        )
    )


def drawn_positions(users: int, most_users: int, seed: int) -> NDArray[np.int64]:
    """Which of so many users are drawn, in ascending order."""
    draw = np.random.default_rng([seed, 0])
    size = min(most_users, users)
    return np.asarray(np.sort(draw.choice(users, size, replace=False)))


def read_artist_plays(relation: duckdb.DuckDBPyRelation) -> pa.Table:
    """Of the same relation, artist_key and all plays of the artist, in any order."""
    _demand_columns(relation)
    return _query(
        relation,
        f"select artist_key, sum(playcount)::bigint as playcount from listens "
        f"where {_COUNTED} group by artist_key",
    )


def _demand_columns(relation: duckdb.DuckDBPyRelation) -> None:
    missing = {"user_key", "artist_key", "playcount"} - set(relation.columns)
    if missing:
        raise UserError(
            f"Interactions need the column {sorted(missing)[0]}, which is missing."
        )


def _query(relation: duckdb.DuckDBPyRelation, query: str) -> pa.Table:
    """The answer to a query that calls the relation `listens`."""
    answer = relation.query("listens", query)
    if answer is None:
        raise AssertionError("DuckDB answers a select with a relation.")
    return answer.to_arrow_table()


def _coded(keys: pa.ChunkedArray) -> tuple[NDArray[np.int32], pa.Array]:
    """For every key its place among the different ones, and those in order."""
    encoded = keys.dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # without a chunk there is none to keep
        return np.zeros(0, np.int32), pa.array([], keys.type)
    order = pc.sort_indices(encoded.dictionary)
    place = np.empty(len(order), np.int32)
    place[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    return place[encoded.indices.to_numpy()], encoded.dictionary.take(order)


def _countries(
    relation: duckdb.DuckDBPyRelation, user_keys: pa.Array
) -> NDArray[np.int32]:
    if "country" not in relation.columns:
        return np.full(len(user_keys), UNKNOWN_COUNTRY, np.int32)
    placed = _query(
        relation,
        f"select user_key, max(nullif(country, 'ZZ')) as country from listens "
        f"where {_COUNTED} group by user_key order by user_key",
    )
    codes, _ = _coded(placed["country"].fill_null(""))
    unknown = placed["country"].is_null().to_numpy()
    return np.where(unknown, UNKNOWN_COUNTRY, codes).astype(np.int32)
