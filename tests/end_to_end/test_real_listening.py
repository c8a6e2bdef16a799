"""The real files, and the brief's two tables computed a second time in pandas."""

from pathlib import Path

import duckdb
import pandas as pd
import pycountry
import pytest
from pandas.testing import assert_frame_equal

from tests.end_to_end.conftest import Warehouse

RANK_IN_COUNTRY = ["country", "artist_name", "total_playcount", "rank"]
RANK_PER_ARTIST = [
    "country",
    "artist_name",
    "total_playcount",
    "normalized_popularity",
    "rank",
]
KEY = ["country", "artist_name"]


def country_code(name: str) -> str:
    """ISO 3166 alpha-2 of a country as Last.fm spells it, without our aliases."""
    if not name:
        return "ZZ"
    # ISO 3166 has called it Türkiye since 2022.
    return pycountry.countries.lookup(name.replace("Turkey", "Türkiye")).alpha_2


def read(path, columns):
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, usecols=columns)
    return frame.astype({"playcount": "int64"} if "playcount" in columns else {})


def brief_tables(folder):
    """The brief's definitions, word for word: sums, shares and ranks."""
    lists = read(folder / "user_top_artists.csv", ["user_id", *LIST_COLUMNS])
    lists = lists[lists["artist_name"].str.strip() != ""]
    users_file = folder / "users.csv"
    if users_file.exists():
        users = read(users_file, ["user_id", "country"])
        codes = {name: country_code(name) for name in users["country"].unique()}
        users["country"] = users["country"].map(codes)
        lists = lists.merge(users, on="user_id", how="left")
        lists["country"] = lists["country"].fillna("ZZ")
    else:
        lists["country"] = "ZZ"
    pairs = lists.groupby(KEY, as_index=False)["playcount"].sum()
    pairs["total_playcount"] = pairs.pop("playcount").astype(float)
    in_country = pairs.copy()
    in_country["rank"] = (
        pairs.groupby("country")["total_playcount"]
        .rank(method="min", ascending=False)
        .astype("int32")
    )
    per_artist = pairs.copy()
    per_artist["normalized_popularity"] = per_artist[
        "total_playcount"
    ] / per_artist.groupby("country")["total_playcount"].transform("sum")
    per_artist["rank"] = (
        per_artist.groupby("artist_name")["normalized_popularity"]
        .rank(method="min", ascending=False)
        .astype("int32")
    )
    return in_country[RANK_IN_COUNTRY], per_artist[RANK_PER_ARTIST]


LIST_COLUMNS = ["artist_name", "playcount"]


def check_contract_tables(marts, delivery):
    in_country, per_artist = brief_tables(delivery)
    for table, columns, expected in (
        ("artist_rank_in_country", RANK_IN_COUNTRY, in_country),
        ("country_rank_per_artist", RANK_PER_ARTIST, per_artist),
    ):
        actual = marts.table(table).df()
        assert list(actual.columns[: len(columns)]) == columns
        assert_frame_equal(
            actual[columns].sort_values(KEY, ignore_index=True),
            expected.sort_values(KEY, ignore_index=True),
            check_exact=True,
            check_dtype=False,
        )


def built(warehouse: Warehouse, landing: Path, *words: str):
    """Ingest, and build with names as delivered; the marts."""
    warehouse.run("ingest", str(landing))
    exact = ("--vars", "{artist_matching: exact}")
    warehouse.run("build", *exact, *words, program="dbt")
    database = duckdb.connect(str(warehouse.data / "warehouse.duckdb"), read_only=True)
    database.execute("use marts")
    return database


def test_contract_tables_equal_the_briefs_definitions(warehouse, real_data):
    delivery = real_data / "listening_lastfm_1000"
    tables = ("--select", "+artist_rank_in_country", "+country_rank_per_artist")
    without = ("--exclude-resource-type", "test", "unit_test")

    check_contract_tables(built(warehouse, delivery, *tables, *without), delivery)


@pytest.fixture(scope="module")
def without_countries(tmp_path_factory, real_data, programs):
    """Real lists without a users file, built and data-tested."""
    warehouse = Warehouse(tmp_path_factory.mktemp("topn_399") / "data", programs)
    without = ("--exclude-resource-type", "unit_test")
    return built(warehouse, real_data / "listening_topn_399", *without)


def test_contract_tables_without_countries_equal_the_briefs_definitions(
    without_countries, real_data
):
    check_contract_tables(without_countries, real_data / "listening_topn_399")


def test_every_line_of_the_real_files_is_accounted_for(without_countries, real_data):
    marts = without_countries
    accounts = marts.sql(
        "select table_name, rows_in, rows_loaded, rows_rejected, is_reconciled"
        " from load_reconciliation order by table_name"
    ).fetchall()
    assert accounts == [
        ("user_top_albums", 19950, 19950, 0, True),
        ("user_top_artists", 19950, 19950, 0, True),
        ("user_top_tracks", 19950, 19949, 1, True),
    ]
    rejected = marts.sql(
        "select table_name, line_number, reason, raw_text from rejected_rows"
    ).fetchall()
    assert [row[:3] for row in rejected] == [
        ("user_top_tracks", 15480, "blank_required")
    ]
    plays = marts.sql("select sum(playcount) from agg_artist_country").fetchall()
    lists = pd.read_csv(real_data / "listening_topn_399" / "user_top_artists.csv")
    assert plays == [(lists["playcount"].sum(),)]
