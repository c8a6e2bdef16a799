"""The side tables of artist names: spellings with their counts, joint credits."""

import pytest

from music_warehouse.ingest import writer
from music_warehouse.names import credit_parts, name_key, normalise_name

HEADER = "user_id,rank,artist_name,playcount,mbid\n"
MBID = "d87e52c5-bb8d-4da8-b941-9f4928627dc8"
LINES = [
    f"1,1,ABBA,5,{MBID}",
    "1,2,abba,4,",
    "1,3,Simon & Garfunkel,3,",
    f"2,1,ABBA,9,{MBID}",
    "2,2,ABBA,8,",
    "2,3,Jay-Z feat. Björk,7,",
    "2,4,Ａｐｈｅｘ\u3000Twin,7,",
    f"3,1,ABBA,1,{MBID.upper()}",
]


def test_spellings_count_rows_per_name_and_mbid(warehouse) -> None:
    warehouse.deliver_artists((HEADER + "\n".join(LINES)).encode())
    found = warehouse.rows(
        "names/artist_spellings", "artist_name", "match_name", "mbid", "row_count"
    )
    assert sorted(found, key=str) == sorted(
        [
            ("ABBA", "abba", MBID, 3),
            ("ABBA", "abba", None, 1),
            ("abba", "abba", None, 1),
            ("Simon & Garfunkel", "simon & garfunkel", None, 1),
            ("Jay-Z feat. Björk", "jay-z feat. björk", None, 1),
            ("Ａｐｈｅｘ\u3000Twin", "aphex twin", None, 1),
        ],
        key=str,
    )


def test_an_mbid_in_two_cases_is_one_row_across_row_groups(
    warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "ROWS_PER_GROUP", 2)
    mbids = [MBID.upper(), MBID, "", MBID.title(), MBID.upper()]
    lines = [f"1,{rank},ABBA,1,{mbid}" for rank, mbid in enumerate(mbids, 1)]
    warehouse.deliver_artists((HEADER + "\n".join(lines)).encode())
    found = warehouse.rows("names/artist_spellings", "mbid", "row_count")
    assert sorted(found, key=str) == [(MBID, 4), (None, 1)]


def test_keys_follow_from_names_and_mbids(warehouse) -> None:
    warehouse.deliver_artists((HEADER + "\n".join(LINES)).encode())
    columns = ("artist_name", "artist_name_key", "match_key", "mbid", "mbid_key")
    for name, key, match_key, mbid, mbid_key in warehouse.rows(
        "names/artist_spellings", *columns
    ):
        assert key == name_key(name)
        assert match_key == name_key(normalise_name(name))
        assert mbid_key == (name_key(f"mbid:{mbid}") if mbid else None)
    for name, key in warehouse.rows(
        "listening/user_top_artists", "artist_name", "artist_name_key"
    ):
        assert key == name_key(name)


def test_names_that_may_be_joint_credits_are_taken_apart(warehouse) -> None:
    joint = ["A feat. B", "A FT. B", "A vs B", "A With B", "A X B", "A / B", "A; B, C"]
    joint += ["A\u3000x\u2003B", "Earth, Wind & Fire", "A featuring B"]
    plain = ["Feature", "Exit", "xx", "A&B", "Without", "AC/DC", "Witharms"]
    lines = [f'1,{i},"{name}",1,' for i, name in enumerate(joint + plain, 1)]
    warehouse.deliver_artists((HEADER + "\n".join(lines)).encode())
    found = warehouse.rows(
        "names/artist_credit_parts",
        "artist_name_key",
        "part_number",
        "part_name",
        "part_match_key",
    )
    expected = {
        (name_key(name), number, part, name_key(normalise_name(part)))
        for name in joint
        for number, part in enumerate(credit_parts(name), 1)
    }
    assert set(found) == expected
    assert len(found) == len(expected) >= 2 * len(joint)


def test_the_mbid_of_a_track_says_nothing_about_its_artist(warehouse) -> None:
    content = "user_id,rank,track_name,artist_name,playcount,mbid\n"
    content += f"1,1,Waterloo,ABBA,5,{MBID}\n1,2,SOS,ABBA,5,\n"
    warehouse.deliver("listening/user_top_tracks/t.csv", content.encode())
    columns = ("table_name", "artist_name", "mbid", "mbid_key", "row_count")
    assert warehouse.rows("names/artist_spellings", *columns) == [
        ("user_top_tracks", "ABBA", None, None, 2)
    ]


def test_row_groups_do_not_show(
    make_warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{i // 50},{i % 50 + 1},Artist {i * i % 97},{i}," for i in range(3_000)]
    lines += [f"9999,1,New {i},1," for i in range(1)]
    lines += ["9999,1,New 0,1,", "0,1,Artist 0,0,"]
    content = (HEADER + "\n".join(lines)).encode()
    found = []
    for rows in (7, 1_000_000):
        monkeypatch.setattr(writer, "ROWS_PER_GROUP", rows)
        warehouse = make_warehouse(str(rows))
        report = warehouse.deliver_artists(content)
        assert (report.rows_loaded, report.reasons) == (3_001, {"duplicate_key": 2})
        tables = ("listening/user_top_artists", "names/artist_spellings", "rejects")
        found.append([warehouse.rows(table) for table in tables])
    assert found[0] == found[1]
    counts = [row[-1] for row in found[0][1]]
    assert sum(counts) == 3_001
