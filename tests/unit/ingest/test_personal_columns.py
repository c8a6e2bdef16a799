"""Columns outside the contract never enter the lake, whatever is wrong with a line."""

import pytest

CANARY = b"anna@example.org"
HEADER = b"user_id,email,country,total_scrobbles\n"
GOOD = b"1," + CANARY + b",Germany,10\n"


def assert_no_canary(warehouse) -> None:
    for name in warehouse.lake_files():
        assert CANARY not in (warehouse.data.lake / name).read_bytes(), name
    for table in ("rejects", "ledger", "listening/users"):
        assert CANARY.decode() not in repr(warehouse.rows(table)), table


@pytest.mark.parametrize(
    ("line", "reason", "kept"),
    [
        (b"2,%s,France,many", "not_integer", b"2,France,many"),
        (b"2,%s,France,-5", "negative", b"2,France,-5"),
        (b'2,"%s","a, ""b""",x', "not_integer", b'2,"a, ""b""",x'),
        (b"2,%s,France,x\r", "not_integer", b"2,France,x"),
        (b"1,%s,Spain,3", "duplicate_key", b"1,Spain,3"),
        (b"2,%s,Fran\xff,5", "invalid_utf8", b"2,Fran\xff,5"),
        (b"2,%s,Fr\x00,5", "nul", b"2,Fr\x00,5"),
        (b"2,%s,Fr\rance,5", "bare_cr", b'2,"Fr\rance",5'),
        (b"2,%s,France", "column_count", None),
        (b"2,%s,France,5,6", "column_count", None),
        (b'2,%s"x,France,5', "quotes", None),
        (b'2,"%s,France,5', "quotes", None),
        (b"2,%s," + b"x" * (1 << 20) + b",5", "too_long_line", None),
        (b"2,%s," + b"x" * (5 << 20) + b",5", "too_long_line", None),
    ],
)
def test_a_rejected_line_keeps_only_the_columns_of_the_contract(
    warehouse, line: bytes, reason: str, kept: bytes | None
) -> None:
    content = HEADER + GOOD + line.replace(b"%s", CANARY) + b"\n"
    report = warehouse.deliver("listening/users/u.csv", content)
    assert (report.rows_loaded, report.reasons) == (1, {reason: 1})
    assert warehouse.rejects() == [(3, reason, kept)]
    ((offset, text),) = warehouse.rows("rejects", "byte_offset", "raw_text")
    assert offset == len(HEADER + GOOD)
    shown = kept and kept.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
    assert text == shown
    assert_no_canary(warehouse)


def test_tabs_become_commas_in_the_contracts_order(warehouse) -> None:
    content = b"total_scrobbles\temail\tcountry\tuser_id\nx\t%s\tA,B\t7\n" % CANARY
    warehouse.deliver("listening/users/u.tsv", content)
    assert warehouse.rejects() == [(2, "not_integer", b'7,"A,B",x')]
    assert_no_canary(warehouse)


def test_a_file_without_extra_columns_keeps_its_lines_as_they_came(warehouse) -> None:
    content = b'user_id,country,total_scrobbles\n2,"France",x\r\n'
    warehouse.deliver("listening/users/u.csv", content)
    assert warehouse.rejects() == [(2, "not_integer", b'2,"France",x\r')]


@pytest.mark.parametrize(
    "content",
    [
        b"1," + CANARY + b",Germany,10\n",
        HEADER.replace(b"country", CANARY) + GOOD,
        HEADER.replace(b"country", b"email") + GOOD,
    ],
    ids=["no_header", "address_in_the_header", "repeated_column"],
)
def test_a_rejected_file_keeps_nothing_of_them(warehouse, content: bytes) -> None:
    report = warehouse.deliver("listening/users/u.csv", content)
    assert report.state == "rejected"
    assert_no_canary(warehouse)
