import duckdb
import numpy as np
import pytest

from music_warehouse.errors import UserError
from music_warehouse.learning.interactions import (
    UNKNOWN_COUNTRY,
    draw_users,
    read_artist_plays,
    read_interactions,
)

ROWS = """
    select * from (values
        (7, 'b', 5, 'DE'), (7, 'b', 2, 'DE'), (7, 'a', 1, 'DE'),
        (3, 'b', 4, 'ZZ'), (5, 'c', 9, 'FR'), (5, 'd', 0, 'FR'), (9, 'd', 0, 'FR')
    ) as lists(user_key, artist_key, playcount, country)
"""


def test_codes_are_in_the_order_of_the_keys_and_repeated_pairs_are_summed() -> None:
    interactions = read_interactions(duckdb.connect().sql(ROWS))

    assert interactions.user_keys.to_pylist() == [3, 5, 7]
    assert interactions.artist_keys.to_pylist() == ["a", "b", "c"]
    assert interactions.playcounts.toarray().tolist() == [
        [0, 4, 0],
        [0, 0, 9],
        [1, 7, 0],
    ]


def test_an_unknown_country_has_no_code_and_equal_countries_share_one() -> None:
    rows = ROWS.replace("(3, 'b', 4, 'ZZ')", "(3, 'b', 4, 'ZZ'), (4, 'b', 1, 'DE')")

    country = read_interactions(duckdb.connect().sql(rows)).user_country

    assert country[0] == UNKNOWN_COUNTRY
    assert country[1] == country[3] != country[2]
    assert np.all(country[1:] != UNKNOWN_COUNTRY)


def test_the_order_of_the_rows_does_not_matter() -> None:
    one = read_interactions(duckdb.connect().sql(ROWS))
    other = read_interactions(duckdb.connect().sql(ROWS + "order by playcount desc"))

    assert (one.playcounts != other.playcounts).nnz == 0
    assert one.user_country.tolist() == other.user_country.tolist()


def test_a_missing_column_is_named() -> None:
    relation = duckdb.connect().sql("select 1 as user_key, 2 as artist_key")

    with pytest.raises(UserError, match="playcount"):
        read_interactions(relation)


def test_drawn_users_keep_all_of_their_rows_and_those_without_plays_are_none() -> None:
    database = duckdb.connect()
    relation = database.sql(ROWS)
    everybody = read_interactions(relation)

    drawn = read_interactions(draw_users(relation, 2, seed=1))
    again = read_interactions(draw_users(database.sql(ROWS), 2, seed=1))
    all_keys = everybody.user_keys.to_pylist()
    kept = [all_keys.index(key) for key in drawn.user_keys.to_pylist()]

    assert drawn.users == 2
    assert drawn.user_keys.equals(again.user_keys)
    assert drawn.playcounts.sum() == everybody.playcounts[kept].sum()
    assert draw_users(relation, 3, seed=1) is relation


def test_the_plays_of_an_artist_are_those_of_all_listeners() -> None:
    plays = read_artist_plays(duckdb.connect().sql(ROWS)).to_pylist()

    assert {row["artist_key"]: row["playcount"] for row in plays} == {
        "a": 1,
        "b": 11,
        "c": 9,
    }


def test_users_without_any_country_are_all_unknown() -> None:
    rows = ROWS.replace("'DE'", "'ZZ'").replace("'FR'", "null")

    country = read_interactions(duckdb.connect().sql(rows)).user_country

    assert country.tolist() == [UNKNOWN_COUNTRY] * 3
