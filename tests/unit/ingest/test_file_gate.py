"""What becomes of a file as a whole: loaded, or rejected with nothing loaded."""

import gzip

import pytest

HEADER = b"user_id,rank,artist_name,playcount,mbid\n"
GOOD = HEADER + b"1,1,ABBA,10,\n1,2,Blur,9,\n2,1,Bj\xc3\xb6rk,7,\n"
GOOD_ROWS = [
    (1, 1, "ABBA", 10, None),
    (1, 2, "Blur", 9, None),
    (2, 1, "Björk", 7, None),
]
LONG = HEADER + b"".join(b"%d,1,ABBA,10,\n" % i for i in range(20_000))


def with_bad_crc(content: bytes) -> bytes:
    packed = bytearray(gzip.compress(content, mtime=0))
    packed[-6] ^= 0xFF
    return bytes(packed)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.csv", GOOD),
        ("no_final_line_end.csv", GOOD.removesuffix(b"\n")),
        ("byte_order_mark.csv", b"\xef\xbb\xbf" + GOOD),
        ("crlf.csv", GOOD.replace(b"\n", b"\r\n")),
        ("mixed_line_ends.csv", GOOD.replace(b"10,\n", b"10,\r\n")),
        ("tabs.tsv", GOOD.replace(b",", b"\t")),
        ("packed.csv.gz", gzip.compress(GOOD, mtime=0)),
        ("packed_with_a_plain_name.csv", gzip.compress(GOOD, mtime=0)),
        (
            "two_gzips_end_to_end.csv.gz",
            gzip.compress(GOOD[:50], mtime=0) + gzip.compress(GOOD[50:], mtime=0),
        ),
        ("header_in_capitals.csv", GOOD.replace(HEADER, HEADER.upper())),
        ("header_with_spaces.csv", GOOD.replace(HEADER, HEADER.replace(b",", b" , "))),
        ("header_in_quotes.csv", GOOD.replace(b"artist_name", b'"artist_name"')),
        (
            "reordered.csv",
            b"artist_name,playcount,rank,mbid,user_id\n"
            b"ABBA,10,1,,1\nBlur,9,2,,1\nBj\xc3\xb6rk,7,1,,2\n",
        ),
    ],
)
def test_a_readable_file_is_loaded_whole(warehouse, name: str, content: bytes) -> None:
    report = warehouse.deliver_artists(content, name)
    assert (report.state, report.rows_loaded, report.rows_rejected) == ("loaded", 3, 0)
    assert warehouse.artists() == GOOD_ROWS
    (entry,) = warehouse.ledger()
    assert (entry.line_count, entry.header_lines, entry.blank_lines) == (4, 1, 0)


@pytest.mark.parametrize(
    ("name", "content", "reason", "lines"),
    [
        ("empty.csv", b"", "empty_file", 0),
        ("byte_order_mark_only.csv", b"\xef\xbb\xbf", "empty_file", 0),
        (
            "byte_order_mark_only.csv.gz",
            gzip.compress(b"\xef\xbb\xbf", mtime=0),
            "empty_file",
            0,
        ),
        ("utf16.csv", GOOD.decode().encode("utf-16"), "utf16", 0),
        (
            "truncated.csv.gz",
            gzip.compress(LONG, mtime=0)[:-4000],
            "truncated_gzip",
            None,
        ),
        (
            "no_trailer.csv.gz",
            gzip.compress(GOOD, mtime=0)[:-8],
            "truncated_gzip",
            None,
        ),
        ("bad_crc.csv.gz", with_bad_crc(GOOD), "gzip_bad_crc", None),
        (
            "garbage_after.csv.gz",
            gzip.compress(GOOD, mtime=0) + b"garbage",
            "gzip_trailing_garbage",
            None,
        ),
        ("not_packed.csv.gz", GOOD, "not_gzip", 0),
        ("cr_only.csv", GOOD.replace(b"\n", b"\r"), "cr_line_ends", 1),
        ("no_header.csv", GOOD.removeprefix(HEADER), "missing_columns", 3),
        ("semicolons.csv", GOOD.replace(b",", b";"), "missing_columns", 4),
        ("renamed.csv", GOOD.replace(b"playcount", b"plays"), "missing_columns", 4),
        ("missing.csv", b"user_id,rank,artist_name,playcount\n", "missing_columns", 1),
        ("repeated.csv", GOOD.replace(b"mbid", b"rank"), "duplicate_columns", 4),
        ("blank_first_line.csv", b"\n" + GOOD, "missing_columns", 5),
        ("quotes.csv", GOOD.replace(b"mbid", b'"mbid'), "header_quotes", 4),
        ("binary.csv", b"\x00\x01\n", "not_text", 1),
        ("not_parquet.parquet", GOOD, "unreadable_parquet", 0),
        ("empty.parquet", b"", "empty_file", 0),
    ],
)
def test_a_file_that_cannot_be_trusted_is_rejected_whole(
    warehouse, name: str, content: bytes, reason: str, lines: int | None
) -> None:
    report = warehouse.deliver_artists(content, name)
    assert (report.state, report.reason) == ("rejected", reason)
    assert report.detail and report.detail.endswith(".")
    assert warehouse.artists() == []
    assert warehouse.rejects() == [(None, reason, None)]
    (entry,) = warehouse.ledger()
    assert (entry.state, entry.rows_loaded, entry.lake_path) == ("rejected", 0, None)
    if lines is not None:
        assert entry.line_count == lines


def test_a_rejected_file_still_accounts_for_its_lines(warehouse) -> None:
    warehouse.deliver_artists(b"user_id,rank\n1,2\n\n3,4\r\n\r\n")
    (entry,) = warehouse.ledger()
    counts = (entry.line_count, entry.header_lines, entry.blank_lines)
    assert (*counts, entry.rows_rejected) == (5, 1, 2, 2)


def test_the_columns_that_do_not_fit_are_named(warehouse) -> None:
    report = warehouse.deliver_artists(b"uid,rank,artist_name,plays,mbid\n")
    assert report.detail == (
        "Columns missing: user_id, playcount; found in their place: uid, plays."
    )
    report = warehouse.deliver_artists(b"7,x@y.z,ABBA,3,\n")
    assert report.detail is not None and "x@y.z" not in report.detail
    report = warehouse.deliver_artists(b"7,1,anna,3,\n")
    assert report.detail is not None and "anna" not in report.detail
    report = warehouse.deliver_artists(b"john_doe,anna,germany,abba,m\n")
    assert report.detail is not None and "anna" not in report.detail
    report = warehouse.deliver_artists(b"user_id,rank,rank,mbid,mbid\n")
    assert report.detail == "Columns given more than once: mbid, rank."


def test_columns_of_another_table_are_named_up_to_eight(warehouse) -> None:
    others = ",".join(f"tag_{i}" for i in range(7))
    report = warehouse.deliver_artists(f"Track_ID,track_name,{others}\n".encode())
    assert report.detail is not None
    assert report.detail.endswith(
        "; found in their place: track_id, track_name, "
        "tag_0, tag_1, tag_2, tag_3, tag_4, tag_5, …."
    )


@pytest.mark.parametrize("delimiter", [";", "|"])
def test_another_separator_is_named(warehouse, delimiter: str) -> None:
    report = warehouse.deliver_artists(GOOD.replace(b",", delimiter.encode()))
    assert report.detail == (
        f"The columns seem to be separated by '{delimiter}'; "
        "a comma or a tab is needed."
    )


def test_a_header_alone_is_loaded_with_no_rows(warehouse) -> None:
    for number, content in enumerate([HEADER, HEADER.rstrip(), HEADER + b"\n\r\n"]):
        report = warehouse.deliver_artists(content, f"{number}.csv")
        assert (report.state, report.rows_loaded) == ("loaded", 0)
    assert [entry.blank_lines for entry in warehouse.ledger()] == [0, 0, 2]


def test_an_extra_column_is_reported_and_stays_out_of_the_lake(warehouse) -> None:
    content = (
        b"user_id,email,country,total_scrobbles,Age\n1,a@b.c,Germany,10,33\n"
        b'2,"x, ""y""",France,5,\n3,\xff,Spain,1,1\n'
    )
    report = warehouse.deliver("listening/users/users.csv", content)
    assert (report.rows_loaded, report.drift_columns) == (3, ("email", "age"))
    assert warehouse.ledger()[0].drift_columns == "email,age"
    for path in warehouse.data.lake.rglob("*.parquet"):
        assert b"a@b.c" not in path.read_bytes()
    assert warehouse.rows("listening/users", "user_id", "country") == [
        (1, "Germany"),
        (2, "France"),
        (3, "Spain"),
    ]


def test_a_column_may_go_by_another_known_name(warehouse) -> None:
    content = b"user_id\tcountry\tplaycount\n7\tUK\t42\n"
    assert warehouse.deliver("listening/users.tsv", content).state == "loaded"
    rows = warehouse.rows("listening/users", "user_id", "total_scrobbles")
    assert rows == [(7, 42)]
