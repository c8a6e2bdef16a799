"""What becomes of a line: a row of the lake, or a reject with its bytes and reason."""

import duckdb
import pytest

HEADER = b"user_id,rank,artist_name,playcount,mbid\n"
MBID = "d87e52c5-bb8d-4da8-b941-9f4928627dc8"


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b'9,3,"AC/DC, live",4,', (9, 3, "AC/DC, live", 4, None)),
        (b'9,3,"Guns ""N"" Roses",4,', (9, 3, 'Guns "N" Roses', 4, None)),
        (b'"9","3","ABBA","4",""', (9, 3, "ABBA", 4, None)),
        (b"9,50,ABBA,0,", (9, 50, "ABBA", 0, None)),
        (b" 9 ,3, ABBA ,4,", (9, 3, " ABBA ", 4, None)),
        (b"009,03,ABBA,0004,", (9, 3, "ABBA", 4, None)),
        (b"0" * 40 + b"9,3,ABBA,4,", (9, 3, "ABBA", 4, None)),
        (b"9,3,NULL,4,", (9, 3, "NULL", 4, None)),
        (b"9,3,NA,4,", (9, 3, "NA", 4, None)),
        (b"9,3,Die drei ???,4,", (9, 3, "Die drei ???", 4, None)),
        (b"9,3,0x1F,4,", (9, 3, "0x1F", 4, None)),
        (b"9,3,Back\\slash,4,", (9, 3, "Back\\slash", 4, None)),
        (b"9,3,\xe6\xa4\x8e\xe5\x90\x8d,4,", (9, 3, "椎名", 4, None)),
        (b"9,3,ABBA,1000000000,", (9, 3, "ABBA", 10**9, None)),
        (b"9,3,ABBA,4," + MBID.encode(), (9, 3, "ABBA", 4, MBID)),
        (b"9,3,ABBA,4," + MBID.upper().encode(), (9, 3, "ABBA", 4, MBID.upper())),
        (b"9,3,ABBA,4,-1", (9, 3, "ABBA", 4, None)),
        (b"9,3,ABBA,4, ", (9, 3, "ABBA", 4, None)),
    ],
)
def test_a_valid_line_is_loaded_as_delivered(warehouse, line: bytes, row) -> None:
    warehouse.deliver_artists(HEADER + line + b"\n")
    assert (warehouse.artists(), warehouse.rejects()) == ([row], [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'9,3,"Unclosed,4,', "quotes"),
        (b'9,3,"Bad"quote,4,', "quotes"),
        (b'9,3,12" mix,4,', "quotes"),
        (b'9,3,"Back\\"slash",4,', "quotes"),
        (b'"9" ,3,ABBA,4,', "quotes"),
        (b"9,3,ABBA,4", "column_count"),
        (b"9,3,ABBA,4,,", "column_count"),
        (b"   ", "column_count"),
        (b"9,3,Bj\xf6rk,4,", "invalid_utf8"),
        (b"9,3,Sur\xed\xa0\x80rogate,4,", "invalid_utf8"),
        (b"9,3,Nu\x00l,4,", "nul"),
        (b"9,3,Ca\rrr,4,", "bare_cr"),
        (b"9,3,ABBA,4,\r\r", "bare_cr"),
        (b"user_id,rank,artist_name,playcount,mbid", "not_integer"),
        (b"\xef\xbb\xbf9,3,ABBA,4,", "not_integer"),
        (b"9,three,ABBA,4,", "not_integer"),
        (b"9,3,ABBA,0x1F,", "not_integer"),
        (b"9,3,ABBA,+4,", "not_integer"),
        (b"9,3,ABBA,1_000,", "not_integer"),
        (b"9,3,ABBA,\xd9\xa3,", "not_integer"),
        (b"9,0,ABBA,4,", "out_of_range"),
        (b"9,51,ABBA,4,", "out_of_range"),
        (b"9,4294967297,ABBA,4,", "out_of_range"),
        (b"9,3,ABBA,1000000001,", "out_of_range"),
        (b"9,3,ABBA,99999999999999999999,", "out_of_range"),
        (b"9,3,ABBA," + b"9" * 5000 + b",", "out_of_range"),
        (b"9,3,ABBA,-4,", "negative"),
        (b"-9,3,ABBA,4,", "negative"),
        (b"9,3,ABBA,4.7,", "fractional"),
        (b"9,3,ABBA,4.0,", "fractional"),
        (b"9,3,ABBA,1e3,", "fractional"),
        (b"9,3,,4,", "blank_required"),
        (b"9,3, \xc2\xa0\xe3\x80\x80,4,", "blank_required"),
        (b",3,ABBA,4,", "blank_required"),
        (b"9,3,ABBA, ,", "blank_required"),
        (b"9,3,ABBA,4,unknown", "not_uuid"),
        (b"9,3,ABBA,4," + MBID[:-1].encode() + b"g", "not_uuid"),
        (b"9,3,ABBA,4," + MBID.replace("-", "0").encode(), "not_uuid"),
        (b"9,3," + b"x" * 4097 + b",4,", "too_long_text"),
        (b'9,3,"' + b"x" * 1_100_000 + b'",4,', "too_long_line"),
        (b"9,3," + b"x" * 9_000_000 + b",4,", "too_long_line"),
        (b"1,1,ABBA,11,", "duplicate_key"),
    ],
)
def test_an_invalid_line_is_rejected_alone(warehouse, line: bytes, reason: str) -> None:
    before, after = b"1,1,ABBA,10,\n", b"2,1,Blur,7,\r\n\n3,1,Bj\xc3\xb6rk,5,\n"
    report = warehouse.deliver_artists(HEADER + before + line + b"\n" + after)
    assert (report.rows_loaded, report.reasons) == (3, {reason: 1})
    assert [row[0] for row in warehouse.artists()] == [1, 2, 3]
    kept = line if len(line) < 1 << 20 else line[: 1 << 20]
    assert warehouse.rejects() == [(3, reason, kept)]
    (offset, version, detail) = warehouse.rows(
        "rejects", "byte_offset", "contract_version", "detail"
    )[0]
    assert (offset, version) == (len(HEADER + before), 1)
    assert detail.endswith(".") and len(detail) < 200
    (entry,) = warehouse.ledger()
    assert (entry.line_count, entry.blank_lines) == (6, 1)
    lines = [
        line
        for _, line in warehouse.rows(
            "listening/user_top_artists", "file_seq", "line_number"
        )
    ]
    assert lines == [2, 4, 6]


def test_a_bad_line_in_a_long_file_costs_no_other_line(warehouse) -> None:
    lines = [b"%d,%d,Artist %d,10," % (i // 50, i % 50 + 1, i) for i in range(200_000)]
    for place in (0, 77_777, 131_071, 199_999):
        lines[place] = b'%d,"broken,1,\xff' % place
    report = warehouse.deliver_artists(HEADER + b"\n".join(lines))
    assert (report.rows_loaded, report.rows_rejected) == (199_996, 4)
    assert [line for line, _, _ in warehouse.rejects()] == [2, 77_779, 131_073, 200_001]


def test_of_lines_with_one_key_the_first_stays(warehouse) -> None:
    users = b"user_id,country,total_scrobbles\n"
    users += b"2,France,1\n1,Germany,2\n2,Spain,3\n2,Italy,4\n"
    report = warehouse.deliver("listening/users/u.csv", users)
    assert (report.rows_loaded, report.reasons) == (2, {"duplicate_key": 2})
    assert warehouse.rows("listening/users", "user_id", "country") == [
        (2, "France"),
        (1, "Germany"),
    ]
    assert warehouse.rejects() == [
        (4, "duplicate_key", b"2,Spain,3"),
        (5, "duplicate_key", b"2,Italy,4"),
    ]
    details = [detail for (detail,) in warehouse.rows("rejects", "detail")]
    assert details == ["Line 2 already has this user_id."] * 2


def test_a_shuffled_file_without_repeated_keys_is_loaded_whole(warehouse) -> None:
    big = 2**63 - 1
    content = HEADER + b"%d,2,B,1,\n3,50,A,1,\n%d,1,A,1,\n3,1,B,1,\n" % (big, big)
    report = warehouse.deliver_artists(content)
    assert (report.rows_loaded, report.rows_rejected) == (4, 0)
    assert [row[:2] for row in warehouse.artists()] == [
        (big, 2),
        (3, 50),
        (big, 1),
        (3, 1),
    ]


def test_an_unknown_country_is_kept_and_a_blank_one_is_null(warehouse) -> None:
    content = "user_id,country,total_scrobbles\n"
    content += "1,Atlantis,\n2,,5\n3, NA ,5\n4,Côte  d’Ivoire,5\n"
    warehouse.deliver("listening/users/u.csv", content.encode())
    columns = ("country", "country_match_name", "total_scrobbles")
    assert warehouse.rows("listening/users", *columns) == [
        ("Atlantis", "atlantis", None),
        (None, None, 5),
        (" NA ", "na", 5),
        ("Côte  d’Ivoire", "côte d’ivoire", 5),
    ]


def test_rejects_are_shown_as_text_that_can_be_read(warehouse) -> None:
    warehouse.deliver_artists(HEADER + b"9,3,Bj\xf6rk\x00,4,\n" + b"y" * 2_000 + b"\n")
    (first, second) = (text for (text,) in warehouse.rows("rejects", "raw_text"))
    assert first == "9,3,Bj\\xf6rk\\x00,4,"
    assert second == "y" * 500


def test_duckdb_reads_every_table_of_the_lake(warehouse) -> None:
    warehouse.deliver_artists(HEADER + b"1,1,ABBA,10,\n1,2,,9,\n")
    lake = warehouse.data.lake
    types = {}
    for table in (
        "listening/users",
        "listening/user_top_artists",
        "listening/user_top_tracks",
        "listening/user_top_albums",
        "names/artist_spellings",
        "names/artist_credit_parts",
        "rejects",
        "ledger",
    ):
        found = duckdb.sql(f"select * from read_parquet('{lake}/{table}/*.parquet')")
        types[table] = dict(zip(found.columns, map(str, found.types), strict=True))
    assert types["listening/users"] == {
        "user_id": "BIGINT",
        "country": "VARCHAR",
        "country_match_name": "VARCHAR",
        "total_scrobbles": "BIGINT",
        "file_seq": "INTEGER",
        "line_number": "BIGINT",
    }
    assert types["listening/user_top_tracks"] == {
        "user_id": "BIGINT",
        "rank": "INTEGER",
        "track_name": "VARCHAR",
        "artist_name": "VARCHAR",
        "playcount": "BIGINT",
        "mbid": "VARCHAR",
        "artist_name_key": "BIGINT",
        "file_seq": "INTEGER",
        "line_number": "BIGINT",
    }
    assert types["rejects"]["raw_bytes"] == "BLOB"
    assert types["ledger"]["arrived_at"] == "TIMESTAMP"
