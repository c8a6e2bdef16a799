"""The questions, from published marts."""

import duckdb
import pytest

from music_warehouse.errors import UserError
from music_warehouse.publish import current_version
from music_warehouse.questions import (
    artists_in,
    countries_of,
    embedding_quality,
    similar_to,
)


@pytest.fixture
def marts(data):
    """A published version with two artists and three countries, one silent."""
    folder = data.published / "versions" / "000001-20240101T000000Z"
    folder.mkdir(parents=True)
    (data.published / "current").symlink_to(f"versions/{folder.name}")
    with duckdb.connect(str(folder / "marts.duckdb")) as database:
        database.execute("""
            create table dim_countries as
            select * from (values
                ('DE', 'DEU', 'Germany'), ('NA', 'NAM', 'Namibia'),
                ('CI', 'CIV', 'Côte d''Ivoire'), ('ZZ', 'ZZZ', 'Unknown')
            ) as t (country, country_alpha3, country_name);
            create table dim_country_names as
            select * from (values
                ('germany', 'DE'), ('deutschland', 'DE'), ('de', 'DE'), ('deu', 'DE'),
                ('namibia', 'NA'), ('na', 'NA'), ('nam', 'NA'),
                ('côte d''ivoire', 'CI'), ('ci', 'CI'), ('civ', 'CI')
            ) as t (match_name, country);
            create table dim_artists as
            select * from (values
                (1::bigint, 'Drake'), (2, 'Die drei ???'), (3, 'DRAKE')
            ) as t (artist_key, artist_name);
            create table artist_rank_in_country as
            select * from (values
                ('DE', 2::bigint, 'Die drei ???', 90.0::double, 1, 1, 3::bigint),
                ('DE', 1, 'Drake', 10.0, 2, 2, 1),
                ('NA', 1, 'Drake', 5.0, 1, 1, 2)
            ) as t (
                country, artist_key, artist_name, total_playcount, rank, row_no,
                listeners
            );
            create table agg_artist_country as
            select * from (values
                ('DE', 1::bigint, 0.25::double, 3::bigint, true),
                ('NA', 1, 0.5, 2, false), ('DE', 2, 0.75, 3, true)
            ) as t (
                country, artist_key, user_mean_share_eb, country_users,
                is_eligible_country
            );
            create table country_rank_per_artist as
            select * from (values
                ('DE', 1::bigint, 'Drake', 10.0::double, 0.1, 1, 2, 2, 1::bigint),
                ('NA', 1, 'Drake', 5.0, 1.0, null, 1, 1, 2),
                ('DE', 2, 'Die drei ???', 90.0, 0.9, 1, 1, 1, 3)
            ) as t (
                country, artist_key, artist_name, total_playcount,
                normalized_popularity, headline_rank, rank, row_no, listeners
            );
            create table artist_neighbors as
            select * from (values
                (1::bigint, 'Kanye West', 2, 2, 0.5::double, 11::bigint, 3.0::double),
                (1, 'Jay-Z', 1, 1, 0.75, 12, 4.0)
            ) as t (
                artist_key, neighbor_artist_name, rank, row_no, cosine,
                shared_listeners, lift
            );
            create table embedding_evaluation as
            select method, metric, value, value - 0.125 as value_lo,
                value + 0.125 as value_hi, 500::bigint as users, 90::bigint as artists,
                method = 'svd' as is_shipped
            from (values
                ('popularity', 'hr_at_10', 0.25::double),
                ('popularity', 'ndcg_at_10', 0.125), ('popularity', 'hr_at_50', 0.5),
                ('popularity', 'coverage', 0.125), ('svd', 'hr_at_10', 0.5),
                ('svd', 'ndcg_at_10', 0.25), ('svd', 'hr_at_50', 0.75),
                ('svd', 'coverage', 1)
            ) as t (method, metric, value);
        """)
    return data


@pytest.mark.parametrize("country", ["Germany", "germany ", "DE", "deu", "Deutschland"])
def test_a_countrys_artists_come_by_plays(marts, country):
    answer = artists_in(marts, country, limit=10)

    assert answer.rows == [(1, "Die drei ???", 90, 3), (2, "Drake", 10, 1)]
    assert answer.heading == "Artists by plays in Germany, of 3 users"


def test_namibia_is_found_by_its_code(marts):
    assert artists_in(marts, "NA", limit=1).rows == [(1, "Drake", 5, 2)]


def test_an_artists_countries_come_by_headline_rank(marts):
    """DRAKE is another artist's name too; the one with listeners is meant."""
    answer = countries_of(marts, "drake", limit=10)

    assert answer.columns[-2:] == ("of users", "no rank because")
    assert answer.rows == [
        (1, "Germany", 25.0, 10.0, 10, 1, 3, None),
        (None, "Namibia", 50.0, 100.0, 5, 2, 2, "too few users"),
    ]


def test_a_missing_rank_is_explained(marts):
    with duckdb.connect(str(current_version(marts) / "marts.duckdb")) as database:
        database.execute("""
            insert into dim_artists values (4, 'Cher');
            insert into country_rank_per_artist values
                ('CI', 4, 'Cher', 1, 0.5, null, 1, 1, 4),
                ('ZZ', 4, 'Cher', 1, 0.5, null, 1, 2, 5);
            insert into agg_artist_country values
                ('CI', 4, 0.5, 200, true), ('ZZ', 4, 0.5, 300, false);
        """)

    rows = countries_of(marts, "Cher", limit=10).rows

    assert [row[-1] for row in rows] == ["too few listeners", "country unknown"]


def test_without_a_rank_countries_of_many_users_come_first(marts):
    with duckdb.connect(str(current_version(marts) / "marts.duckdb")) as database:
        database.execute("""
            insert into dim_artists values (4, 'Cher');
            insert into country_rank_per_artist values
                ('NA', 4, 'Cher', 1, 0.9, null, 1, 1, 1),
                ('CI', 4, 'Cher', 1, 0.5, null, 2, 2, 1),
                ('DE', 4, 'Cher', 1, 0.1, null, 3, 3, 5);
            insert into agg_artist_country values
                ('NA', 4, 0.5, 1, false), ('CI', 4, 0.75, 1, false),
                ('DE', 4, 0.25, 92, false);
        """)

    rows = countries_of(marts, "Cher", limit=10).rows

    assert [row[1] for row in rows] == ["Germany", "Côte d'Ivoire", "Namibia"]


def test_the_rule_of_ranks_is_told_where_one_is_missing(marts):
    ranked = countries_of(marts, "Drake", limit=1).notes
    unranked = countries_of(marts, "Drake", limit=10).notes

    assert not any("min_country_users" in note for note in ranked)
    assert any("min_country_users" in note for note in unranked)


def test_where_all_are_ranked_no_reason_is_shown(marts):
    answer = countries_of(marts, "Drake", limit=1)

    assert answer.columns[-1] == "of users"
    assert answer.rows == [(1, "Germany", 25.0, 10.0, 10, 1, 3)]


def test_the_limit_cuts(marts):
    assert len(countries_of(marts, "Drake", limit=1).rows) == 1


def test_an_unknown_country_is_answered_with_near_ones(marts):
    with pytest.raises(
        UserError, match=r'No country is called "Germani"; near: Germany,'
    ):
        artists_in(marts, "Germani", limit=1)


def test_an_unknown_artist_is_answered_with_near_ones(marts):
    with pytest.raises(UserError, match=r'No artist is called "Drke"; near: D'):
        countries_of(marts, "Drke", limit=1)


@pytest.mark.parametrize("blank", ["", " \t"])
def test_a_blank_name_is_refused(marts, blank):
    with pytest.raises(UserError, match="The name of the country is blank"):
        artists_in(marts, blank, limit=1)
    with pytest.raises(UserError, match="The name of the artist is blank"):
        similar_to(marts, blank, limit=1)


@pytest.mark.parametrize("given", ["bjork", "BJÖRK!", "bjo-rk"])
def test_an_artist_is_found_without_accents_and_punctuation(marts, given):
    with duckdb.connect(str(current_version(marts) / "marts.duckdb")) as database:
        database.execute("insert into dim_artists values (5, 'Björk')")

    assert countries_of(marts, given, limit=1).heading.startswith("Countries where Bj")


def test_of_several_artists_alike_but_for_accents_none_is_taken(marts):
    with duckdb.connect(str(current_version(marts) / "marts.duckdb")) as database:
        database.execute("insert into dim_artists values (5, 'Björk'), (6, 'Bj.ork')")

    with pytest.raises(UserError, match=r'No artist is called "bjork"; near: B'):
        countries_of(marts, "bjork", limit=1)


def test_a_name_of_signs_alone_is_nobodys_but_its_own(marts):
    with duckdb.connect(str(current_version(marts) / "marts.duckdb")) as database:
        database.execute("insert into dim_artists values (5, '!!!')")

    assert countries_of(marts, "!!!", limit=1).heading == (
        "Countries where !!! is most popular"
    )
    with pytest.raises(UserError, match=r'No artist is called "\?\?\?"'):
        countries_of(marts, "???", limit=1)


def test_a_country_nobody_is_from_is_told(marts):
    with pytest.raises(UserError, match="Nobody from Côte d'Ivoire is among"):
        artists_in(marts, "CI", limit=1)


def test_near_artists_come_nearest_first(marts):
    answer = similar_to(marts, "drake", limit=10)

    assert answer.rows == [(1, "Jay-Z", 0.75, 12, 4.0), (2, "Kanye West", 0.5, 11, 3.0)]
    assert answer.heading == "Artists near to Drake"


def test_an_artist_of_too_few_listeners_is_told(marts):
    with pytest.raises(UserError, match=r"Die drei \?\?\? has too few listeners"):
        similar_to(marts, "Die drei ???", limit=1)


def test_methods_come_best_first_and_the_shipped_one_is_marked(marts):
    answer = embedding_quality(marts)

    assert answer.rows == [
        ("svd (shipped)", 50.0, 37.5, 62.5, 0.25, 75.0, 100.0),
        ("popularity", 25.0, 12.5, 37.5, 0.125, 50.0, 12.5),
    ]
    assert "500 users, looked for among 90" in answer.heading


def test_where_nobody_could_be_evaluated_that_is_told(marts):
    """A warehouse of the streaming service alone has no listeners' lists."""
    with duckdb.connect(str(current_version(marts) / "marts.duckdb")) as database:
        database.execute("update embedding_evaluation set users = 0, artists = 0")

    with pytest.raises(UserError, match="Nothing is evaluated: no listener"):
        embedding_quality(marts)
