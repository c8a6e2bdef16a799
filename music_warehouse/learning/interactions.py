"""Who listened to which artist, as integer codes that the database made."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray

from music_warehouse.errors import UserError

UNKNOWN_COUNTRY = -1


@dataclass(frozen=True)
class Interactions:
    """Playcounts of user × artist, one entry a pair.

    A code is the position of its key in `user_keys` or `artist_keys`, which are
    in ascending order: the order of codes is the order of keys. Countries are
    coded in any order, `UNKNOWN_COUNTRY` where the user gave none.
    """

    user_code: NDArray[np.int32]
    artist_code: NDArray[np.int32]
    playcount: NDArray[np.int64]
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

    def playcounts(self) -> sp.csr_matrix:
        """The users × artists matrix of playcounts, as float64."""
        values = self.playcount.astype(np.float64)
        places = (self.user_code, self.artist_code)
        return sp.csr_matrix((values, places), shape=(self.users, self.artists))

    def artist_listeners(self) -> NDArray[np.int64]:
        """Listeners of every artist."""
        return np.bincount(self.artist_code, minlength=self.artists)

    def user_artists(self) -> NDArray[np.int64]:
        """Artists of every user."""
        return np.bincount(self.user_code, minlength=self.users)


def read_interactions(relation: duckdb.DuckDBPyRelation) -> Interactions:
    """Code a relation with the columns user_key, artist_key, playcount and, if
    wanted, country (NULL or 'ZZ' is unknown).

    The database groups repeated pairs, drops those without plays and makes the
    codes: Python string keys cost 126 s of 166 s at 25 million rows. The result
    does not depend on the order of the relation's rows.
    """
    missing = {"user_key", "artist_key", "playcount"} - set(relation.columns)
    if missing:
        raise UserError(
            f"Interactions need the column {sorted(missing)[0]}, which is missing."
        )
    pairs = _query(
        relation,
        """
        select user_key, artist_key, sum(playcount)::bigint as playcount
        from listens
        where playcount > 0 and user_key is not null and artist_key is not null
        group by user_key, artist_key
        """,
    )
    country = "max(nullif(country, 'ZZ'))" if "country" in relation.columns else "null"
    countries = _query(
        relation,
        f"""
        select user_key, {country} as country
        from listens
        where user_key is not null
        group by user_key
        """,
    )
    return _coded(pairs, countries)


def _query(relation: duckdb.DuckDBPyRelation, query: str) -> pa.Table:
    """The answer to a query that calls the relation `listens`."""
    answer = relation.query("listens", query)
    if answer is None:
        raise AssertionError("DuckDB answers a select with a relation.")
    return answer.to_arrow_table()


def _coded(pairs: pa.Table, countries: pa.Table) -> Interactions:
    with duckdb.connect() as database:
        database.register("pairs", pairs)
        database.register("countries", countries)
        database.execute(
            """
            create table users as
            select listeners.user_key, countries.country,
                (row_number() over (order by listeners.user_key) - 1)::integer
                    as user_code,
            from (select distinct user_key from pairs) as listeners
            inner join countries on countries.user_key = listeners.user_key;

            create table artists as
            select artist_key,
                (row_number() over (order by artist_key) - 1)::integer as artist_code,
            from (select distinct artist_key from pairs)
            """
        )
        codes = database.sql(
            """
            select users.user_code, artists.artist_code, pairs.playcount
            from pairs
            inner join users on users.user_key = pairs.user_key
            inner join artists on artists.artist_key = pairs.artist_key
            """
        ).fetchnumpy()
        users = database.sql(
            f"""
            select user_key,
                case when country is null then {UNKNOWN_COUNTRY}
                else dense_rank() over (order by country nulls last) end::integer
                as country_code
            from users order by user_code
            """
        ).to_arrow_table()
        artists = database.sql(
            "select artist_key from artists order by artist_code"
        ).to_arrow_table()
    return Interactions(
        user_code=np.asarray(codes["user_code"], np.int32),
        artist_code=np.asarray(codes["artist_code"], np.int32),
        playcount=np.asarray(codes["playcount"], np.int64),
        user_keys=users["user_key"].combine_chunks(),
        artist_keys=artists["artist_key"].combine_chunks(),
        user_country=users["country_code"].to_numpy().astype(np.int32),
    )
