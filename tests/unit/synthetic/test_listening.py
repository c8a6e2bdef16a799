"""The synthetic listening delivery: its shape, its bytes and its planted truth."""

import csv
import unicodedata
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from music_warehouse.errors import UserError
from music_warehouse.names import normalise_name
from music_warehouse.synthetic.listening import (
    ListeningDelivery,
    default_artists,
    generate_listening,
)

SEED = 11
LISTS = ("user_top_artists", "user_top_tracks", "user_top_albums")
HEADERS = {
    "users": ["user_id", "country", "total_scrobbles"],
    "user_top_artists": ["user_id", "rank", "artist_name", "playcount", "mbid"],
    "user_top_tracks": [
        "user_id",
        "rank",
        "track_name",
        "artist_name",
        "playcount",
        "mbid",
    ],
    "user_top_albums": [
        "user_id",
        "rank",
        "album_name",
        "artist_name",
        "playcount",
        "mbid",
    ],
}

Rows = list[dict[str, str]]


def read_rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> ListeningDelivery:
    return generate_listening(tmp_path_factory.mktemp("small"), 600, SEED)


@pytest.fixture(scope="module")
def tables(delivery: ListeningDelivery) -> dict[str, Rows]:
    return {table: read_rows(path) for table, path in delivery.files.items()}


@pytest.mark.parametrize("table", HEADERS)
def test_a_table_has_the_contract_columns_in_its_own_folder(
    delivery: ListeningDelivery, tables: dict[str, Rows], table: str
) -> None:
    path = delivery.files[table]
    assert path.parts[-3:] == ("listening", table, f"{table}.csv")
    assert list(tables[table][0]) == HEADERS[table]
    assert len(tables[table]) == delivery.rows[table]


def test_every_user_is_listed_once_with_consecutive_ids(
    tables: dict[str, Rows],
) -> None:
    assert [int(row["user_id"]) for row in tables["users"]] == list(range(1, 601))


@pytest.mark.parametrize("table", LISTS)
def test_ranks_run_from_one_without_gap_and_playcounts_never_rise(
    tables: dict[str, Rows], table: str
) -> None:
    plays = defaultdict(list)
    for row in tables[table]:
        plays[row["user_id"]].append(int(row["playcount"]))
        assert int(row["rank"]) == len(plays[row["user_id"]]) <= 50
    assert len(plays) == 600
    for counts in plays.values():
        assert min(counts) >= 1
        assert counts == sorted(counts, reverse=True)


def test_about_eight_in_a_hundred_users_have_fewer_than_fifty_artists(
    tables: dict[str, Rows],
) -> None:
    longest: dict[str, int] = defaultdict(int)
    for row in tables["user_top_artists"]:
        longest[row["user_id"]] += 1
    short = sum(length < 50 for length in longest.values()) / len(longest)
    assert 0.05 < short < 0.12


def test_total_scrobbles_cover_the_list(tables: dict[str, Rows]) -> None:
    listed: dict[str, int] = defaultdict(int)
    for row in tables["user_top_artists"]:
        listed[row["user_id"]] += int(row["playcount"])
    for row in tables["users"]:
        assert int(row["total_scrobbles"]) >= listed[row["user_id"]]


@pytest.mark.parametrize("table", LISTS[1:])
def test_works_of_an_artist_never_outnumber_the_plays_of_the_artist(
    tables: dict[str, Rows], table: str
) -> None:
    artist_plays = {
        (row["user_id"], row["artist_name"]): int(row["playcount"])
        for row in tables["user_top_artists"]
    }
    work_plays: dict[tuple[str, str], int] = defaultdict(int)
    for row in tables[table]:
        work_plays[row["user_id"], row["artist_name"]] += int(row["playcount"])
    assert all(count <= artist_plays[key] for key, count in work_plays.items())


def test_no_user_lists_an_artist_or_a_work_twice(tables: dict[str, Rows]) -> None:
    names = {"user_top_tracks": "track_name", "user_top_albums": "album_name"}
    for table in LISTS:
        seen = [
            (row["user_id"], row["artist_name"], row.get(names.get(table, "")))
            for row in tables[table]
        ]
        assert len(set(seen)) == len(seen)


def test_an_artist_has_one_mbid_or_none_under_every_spelling(
    delivery: ListeningDelivery, tables: dict[str, Rows]
) -> None:
    mbids = defaultdict(set)
    for row in tables["user_top_artists"]:
        mbids[row["artist_name"]].add(row["mbid"])
    assert all(len(found) == 1 for found in mbids.values())
    spellings = pq.read_table(delivery.truth / "artist_spellings.parquet").to_pylist()
    delivered = [
        s for s in spellings if {s["artist_name"], s["spelling"]} <= set(mbids)
    ]
    assert delivered
    for spelling in delivered:
        assert mbids[spelling["artist_name"]] == mbids[spelling["spelling"]]


def test_no_two_artists_share_a_name_after_normalisation(
    delivery: ListeningDelivery,
) -> None:
    artists = pq.read_table(delivery.truth / "artists.parquet")
    spellings = pq.read_table(delivery.truth / "artist_spellings.parquet").to_pylist()
    names = artists["artist_name"].to_pylist()
    names += [s["spelling"] for s in spellings if s["kind"] == "other spelling"]
    assert len(names) > delivery.artists
    assert len({normalise_name(name) for name in names}) == len(names)


def test_blank_mbids_and_joint_credits_are_as_many_as_meant(tmp_path: Path) -> None:
    made = generate_listening(tmp_path, 1, SEED, artists=20_000)
    artists = pq.read_table(made.truth / "artists.parquet")
    assert 0.10 < artists["mbid"].null_count / made.artists < 0.14
    credits = [
        (row["artist_name"], row["joint_credit_of"])
        for row in artists.to_pylist()
        if row["joint_credit_of"]
    ]
    assert 40 < len(credits) < 160
    assert all(a in name and b in name for name, (a, b) in credits)


def test_quoting_survives_a_csv_reader_and_is_used_only_where_needed(
    delivery: ListeningDelivery, tables: dict[str, Rows]
) -> None:
    path = delivery.files["user_top_artists"]
    truth = pq.read_table(delivery.truth / "artists.parquet")["artist_name"].to_pylist()
    spelt = pq.read_table(delivery.truth / "artist_spellings.parquet")["spelling"]
    delivered = {row["artist_name"] for row in tables["user_top_artists"]}
    assert delivered <= {*truth, *spelt.to_pylist()}
    assert any("," in name for name in delivered)
    assert any('"' in name for name in delivered)
    text = path.read_bytes().decode()
    assert "\r" not in text
    for line, row in zip(
        text.splitlines()[1:], tables["user_top_artists"], strict=True
    ):
        needs_quotes = any(mark in row["artist_name"] for mark in ',"')
        assert ('"' in line) == needs_quotes


def test_names_come_in_many_scripts(delivery: ListeningDelivery) -> None:
    names = pq.read_table(delivery.truth / "artists.parquet")["artist_name"]
    letters = {letter for name in names.to_pylist() for letter in name}
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    assert {"LATIN", "CYRILLIC", "GREEK", "ARABIC"} <= scripts
    assert {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"} <= scripts
    assert {"é", "ż", "ø", "ß"} <= letters


def test_the_same_seed_gives_the_same_bytes(
    delivery: ListeningDelivery, tmp_path: Path
) -> None:
    again = generate_listening(tmp_path, 600, SEED)
    other = generate_listening(tmp_path / "other", 600, SEED + 1)
    for table, path in delivery.files.items():
        assert again.files[table].read_bytes() == path.read_bytes()
        assert other.files[table].read_bytes() != path.read_bytes()
    for path in delivery.truth.iterdir():
        assert (again.truth / path.name).read_bytes() == path.read_bytes()


def test_users_are_the_same_however_the_work_is_cut(tmp_path: Path) -> None:
    """2,048 users are one block: the pieces begin and end inside blocks."""
    whole = generate_listening(tmp_path / "whole", 2_500, SEED, artists=3_000)
    pieces = [
        generate_listening(
            tmp_path / str(first), users, SEED, artists=3_000, first_user_id=first
        )
        for first, users in ((1, 300), (301, 2_000), (2_301, 200))
    ]
    for table, path in whole.files.items():
        header, _, body = path.read_bytes().partition(b"\n")
        parts = [p.files[table].read_bytes().partition(b"\n") for p in pieces]
        assert {part[0] for part in parts} == {header}
        assert b"".join(part[2] for part in parts) == body


def test_one_worker_and_many_write_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries = []
    for cores in (1, 4):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        folder = tmp_path / str(cores)
        deliveries.append(generate_listening(folder, 6_500, SEED, artists=2_000))
    for table in HEADERS:
        one, many = (made.files[table].read_bytes() for made in deliveries)
        assert one == many


def test_a_later_delivery_has_other_users_and_the_same_artists(
    delivery: ListeningDelivery, tables: dict[str, Rows], tmp_path: Path
) -> None:
    later = generate_listening(tmp_path, 50, SEED, first_user_id=601)
    users = {row["user_id"] for row in read_rows(later.files["users"])}
    assert users == {str(number) for number in range(601, 651)}
    catalogues = [
        pq.read_table(made.truth / "artists.parquet") for made in (delivery, later)
    ]
    assert catalogues[0].equals(catalogues[1])


def test_a_larger_catalogue_begins_with_the_smaller_one(tmp_path: Path) -> None:
    names = [
        pq.read_table(made.truth / "artists.parquet")["artist_name"].to_pylist()
        for made in (
            generate_listening(tmp_path / "few", 1, SEED, artists=1_000),
            generate_listening(tmp_path / "many", 1, SEED, artists=12_000),
        )
    ]
    assert names[1][:1_000] == names[0]


def test_parquet_holds_what_csv_holds(
    delivery: ListeningDelivery, tmp_path: Path
) -> None:
    made = generate_listening(tmp_path, 600, SEED, "parquet")
    for table, path in delivery.files.items():
        columns = pq.read_table(made.files[table])
        options = pyarrow.csv.ConvertOptions(
            column_types=columns.schema, strings_can_be_null=True, null_values=[""]
        )
        text = pyarrow.csv.read_csv(path, convert_options=options)
        blank_as_null = [
            [value or None for value in column.to_pylist()]
            for column in columns.columns
        ]
        assert [column.to_pylist() for column in text.columns] == blank_as_null


def test_planted_lifts_can_be_recovered_from_the_lists(tmp_path: Path) -> None:
    """The quotient of listener rates between a country and the rest of the world,
    pooled over the planted artists of ten large countries, is the planted one."""
    made = generate_listening(tmp_path, 30_000, SEED, "parquet", artists=5_000)
    users = pq.read_table(made.files["users"]).to_pandas()
    lists = pq.read_table(
        made.files["user_top_artists"], columns=["user_id", "artist_name"]
    ).to_pandas()
    truth = pq.read_table(made.truth / "distinctive_artists.parquet").to_pandas()
    largest = users[users.country != ""].country.value_counts().index[:10]
    planted = truth[truth.is_planted & truth.country.isin(largest)]
    assert len(planted) >= 80
    lists = lists[lists.artist_name.isin(planted.artist_name)].merge(users)
    counts = lists.groupby(["artist_name", "country"]).size()
    everywhere = lists.groupby("artist_name").size()
    size = users.country.value_counts()
    here = np.array(
        [counts.get((row.artist_name, row.country), 0) for row in planted.itertuples()]
    )
    inside = planted.country.map(size).to_numpy()
    abroad = planted.artist_name.map(everywhere).fillna(0).to_numpy() - here
    observed = here.sum() / (abroad * inside / (len(users) - inside)).sum()
    expected = (planted.country_rate * inside).sum() / (
        planted.elsewhere_rate * inside
    ).sum()
    assert observed == pytest.approx(expected, rel=0.15)
    assert observed > 3
    quotient = (here + 1) / (abroad * inside / (len(users) - inside) + 1)
    order = np.corrcoef(np.log(quotient), np.log(planted.lift))[0, 1]
    assert order > 0.7


def test_germans_lean_to_artists_from_germany(tmp_path: Path) -> None:
    made = generate_listening(tmp_path, 8_000, SEED, "parquet")
    users = pq.read_table(made.files["users"]).to_pandas()
    lists = pq.read_table(made.files["user_top_artists"]).to_pandas().merge(users)
    artists = pq.read_table(made.truth / "artists.parquet").to_pandas()
    german = set(artists[artists.home_country == "Germany"].artist_name)
    is_german = lists.artist_name.isin(german)
    in_germany = lists.country == "Germany"
    assert is_german[in_germany].mean() > 4 * is_german[~in_germany].mean()


def test_users_have_one_to_four_genres_whose_shares_sum_to_one(
    delivery: ListeningDelivery,
) -> None:
    genres = pq.read_table(delivery.truth / "user_genres.parquet").to_pandas()
    per_user = genres.groupby("user_id").share.agg(["size", "sum"])
    assert sorted(per_user["size"].unique()) == [1, 2, 3, 4]
    assert len(per_user) == 600
    np.testing.assert_allclose(per_user["sum"], 1.0)


def test_the_catalogue_grows_with_the_users() -> None:
    assert default_artists(1) == 2_000
    assert default_artists(20_000) == 20_000
    assert default_artists(500_000) == 300_000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"users": 0}, "users must be at least 1"),
        ({"seed": -1}, "seed must be 0 or more"),
        ({"first_user_id": 0}, "first user id must be at least 1"),
        ({"artists": 10}, "artists must be at least 1000"),
        ({"file_format": "xml"}, "format must be csv or parquet"),
    ],
)
def test_a_number_out_of_range_is_told_in_a_sentence(
    tmp_path: Path, arguments: dict[str, object], sentence: str
) -> None:
    asked = {"out": tmp_path / "never", "users": 5, "seed": SEED, **arguments}
    with pytest.raises(UserError, match=sentence):
        generate_listening(**asked)
    assert not (tmp_path / "never").exists()


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(UserError, match="Cannot write the delivery to"):
        generate_listening(in_the_way, 5, SEED)


def test_an_interrupted_delivery_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("music_warehouse.synthetic.delivery_files.CsvText.append", fail)
    with pytest.raises(UserError, match="No space left on device"):
        generate_listening(tmp_path, 5, SEED)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
