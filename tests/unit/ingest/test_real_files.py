"""Real listening data: every quirk that was counted in it has a known outcome."""

from pathlib import Path

import duckdb
import pytest

REAL = Path(__file__).parents[4] / "shared" / "data" / "real"

pytestmark = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"the real data is not there: {REAL}"
)


def test_the_top_n_lists_with_crlf_load_but_for_one_blank_track(warehouse) -> None:
    report = warehouse.ingest(REAL / "listening_topn_399")
    loaded = {r.table: (r.rows_loaded, dict(r.reasons)) for r in report.files}
    assert loaded == {
        "user_top_albums": (19_950, {}),
        "user_top_artists": (19_950, {}),
        "user_top_tracks": (19_949, {"blank_required": 1}),
    }
    assert warehouse.rejects() == [(15_480, "blank_required", b"311,29,,,85,\r")]
    assert sum(mbid is None for *_, mbid in warehouse.artists()) in (
        2_813,
        3_815,
        3_914,
    )
    names = {name for _, _, name, *_ in warehouse.artists()}
    lists = warehouse.rows("names/artist_spellings", "artist_name")
    assert ("Die drei ???",) in lists or "Die drei ???" in names


def test_the_lastfm_lists_load_whole_and_personal_columns_stay_out(warehouse) -> None:
    users, artists = warehouse.ingest(REAL / "listening_lastfm_1000").files
    assert (users.rows_loaded, users.rows_rejected) == (1_000, 0)
    assert users.drift_columns == ("gender", "age", "signup")
    assert (artists.rows_loaded, artists.rows_rejected) == (41_069, 0)
    countries = {c for (c,) in warehouse.rows("listening/users", "country")}
    assert {"Virgin Islands, U.s.", "Korea, Republic of"} <= countries
    assert len(countries) == 71


def test_of_the_messy_users_only_negative_playcounts_are_rejected(warehouse) -> None:
    (report,) = warehouse.ingest(REAL / "users_messy_120k" / "users.tsv").files
    assert (report.rows_loaded, report.reasons) == (120_297, {"negative": 25})
    assert report.drift_columns == ("age", "gender", "registered_unixtime")
    countries = [c for (c,) in warehouse.rows("listening/users", "country")]
    assert countries.count("NA") == 4
    rejected_blank = sum(raw.split(b",")[1] == b"" for *_, raw in warehouse.rejects())
    assert countries.count(None) + rejected_blank == 65_132


@pytest.mark.parametrize("folder", ["listening_lastfm_1000", "listening_topn_399"])
def test_the_lake_holds_what_a_plain_reader_reads(warehouse, folder: str) -> None:
    path = REAL / folder / "user_top_artists.csv"
    warehouse.ingest(path)
    read = duckdb.sql(
        f"""
        select user_id, rank, artist_name, playcount, nullif(trim(mbid), '-1')
        from read_csv('{path}', header = true, columns = {{
            'user_id': 'bigint', 'rank': 'integer', 'artist_name': 'varchar',
            'playcount': 'bigint', 'mbid': 'varchar'
        }})
        """
    ).fetchall()
    assert warehouse.artists() == read
