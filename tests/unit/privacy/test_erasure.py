"""After an erasure no byte of the person is left, and no delivery brings one back."""

import gzip
import io
import re
import subprocess
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from music_warehouse.errors import UserError
from music_warehouse.privacy import journal, lake_erasure, landed
from music_warehouse.privacy.pseudonyms import Pseudonyms

from .conftest import (
    BILLING,
    CARD,
    EMAIL,
    EVENTS,
    KEY,
    PERSON,
    TRACKS,
    USERNAME,
    USERS,
    event,
    payment,
    user,
)

PSEUDONYMS = Pseudonyms(KEY.encode())
USER_KEY = PSEUDONYMS.user_key(PERSON)
OTHER_KEY = PSEUDONYMS.user_key("2")


def readable(path: Path) -> bytes:
    """All that a file says to whoever opens it."""
    content = path.read_bytes()
    if path.suffix == ".parquet" and content:
        return content + repr(pq.read_table(io.BytesIO(content)).to_pylist()).encode()
    if content.startswith(b"\x1f\x8b"):
        # Prints what it can of a damaged one, and fails.
        told = subprocess.run(["gzip", "-dc"], input=content, capture_output=True)
        return content + told.stdout
    return content


def files_with(root: Path, *canaries: str) -> list[str]:
    return [
        path.relative_to(root).as_posix()
        for path in sorted(root.rglob("*"))
        if any(c in path.name for c in canaries)
        or (path.is_file() and any(c.encode() in readable(path) for c in canaries))
    ]


def tells_card(content: bytes) -> bool:
    """Whether the card's digits stand there by themselves: a token or a hash may hold
    any four digits."""
    return bool(re.search(rb"(?<![0-9a-f])%b(?![0-9a-f])" % CARD.encode(), content))


def canaries(service) -> list[str]:
    tokens = [str(row["card_token"]) for row in service.rows("service/billing")]
    return [PERSON, EMAIL, USERNAME, str(USER_KEY), *tokens[:1]]


def test_nothing_personal_passes_the_gate(peopled) -> None:
    told = [PERSON, EMAIL, USERNAME, "canary.example", "10.1.2.3", "anna@"]
    assert files_with(peopled.data.lake, *told) == []
    files = [path for path in peopled.data.lake.rglob("*") if path.is_file()]
    assert not any(tells_card(readable(path)) for path in files)


def test_no_byte_of_an_erased_person_is_left(peopled) -> None:
    planted = canaries(peopled)
    assert len(files_with(peopled.data.root, *planted)) > 10
    report = peopled.erase()
    assert (report.is_new, report.rows, report.cards, report.left) == (True, 8, 1, ())
    assert files_with(peopled.data.root, *planted) == []
    assert not tells_card((peopled.data.privacy / "vault.sqlite").read_bytes())


def test_everybody_else_stays_as_they_were(peopled) -> None:
    before = peopled.rows("service/listening_events")
    peopled.erase()
    after = peopled.rows("service/listening_events")
    assert after == [row for row in before if row["user_key"] != USER_KEY]
    assert {row["user_key"] for row in after} == {OTHER_KEY}
    kept = peopled.data.landing / "service" / "users" / "a.csv"
    assert kept.read_text() == USERS + user("2", "anna", "anna@x.org")
    kept = peopled.data.landing / "service" / "listening_events" / "b.csv.gz"
    assert gzip.decompress(kept.read_bytes()).decode() == EVENTS + event(5, "2")


def test_the_ledger_still_accounts_for_every_line(peopled) -> None:
    before = {entry.file_seq: entry for entry in peopled.ledger()}
    peopled.erase()
    for entry in peopled.ledger():
        then = before[entry.file_seq]
        assert entry.line_count == then.line_count
        erased = then.rows_loaded - entry.rows_loaded
        assert entry.rows_suppressed == then.rows_suppressed + erased
        if entry.lake_path is not None:
            stored = pq.read_table(peopled.data.lake / entry.lake_path)
            assert stored.num_rows == entry.rows_loaded


def test_what_is_left_of_the_landed_files_is_no_new_delivery(peopled) -> None:
    peopled.erase()
    rows = peopled.rows("service/listening_events")
    reports = peopled.ingest().files
    refused = {report.path.name for report in reports if report.state != "duplicate"}
    assert refused == {"no_header.csv", "torn.csv.gz"} & refused
    assert peopled.rows("service/listening_events") == rows


def test_a_redelivery_does_not_bring_the_person_back(peopled, land_person) -> None:
    planted = canaries(peopled)
    peopled.erase()
    outside = peopled.data.root.parent / "sender"
    land_person(type(peopled)(outside))
    reports = peopled.ingest(outside / "data" / "landing").files
    suppressed = {r.path.name: r.rows_suppressed for r in reports if r.rows_suppressed}
    # The rest are the bytes of deliveries that came before.
    assert suppressed == {"torn.json": 2}
    assert files_with(peopled.data.root, *planted) == []


def test_new_deliveries_leave_out_the_suppressed_and_say_so(peopled) -> None:
    peopled.erase()
    report = peopled.deliver(
        "listening_events/new.csv", EVENTS + event(6, PERSON) + event(7, "2")
    )
    assert (report.rows_loaded, report.rows_suppressed) == (1, 1)
    entry = peopled.ledger()[-1]
    assert (entry.line_count, entry.rows_suppressed) == (3, 1)
    report = peopled.deliver("billing/new.csv", BILLING + payment(9, PERSON, CARD))
    assert (report.rows_loaded, report.rows_suppressed) == (0, 1)
    assert not tells_card((peopled.data.privacy / "vault.sqlite").read_bytes())


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (lake_erasure, "_rewrite"),
        (lake_erasure, "put_in_place"),
        (landed, "_write_without"),
        (landed, "remember_rewritten"),
    ],
)
@pytest.mark.parametrize("calls", [0, 2])
def test_an_erasure_that_is_cut_off_is_completed_by_another(
    peopled, monkeypatch, module, name: str, calls: int
) -> None:
    planted = canaries(peopled)
    left, whole = [calls], getattr(module, name)

    def cut_off(*arguments, **named):
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        return whole(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, cut_off)
        try:
            peopled.erase()
        except KeyboardInterrupt:
            report = peopled.deliver(
                "listening_events/new.csv", EVENTS + event(6, PERSON)
            )
            assert report.rows_suppressed == 1
    report = peopled.erase()
    assert report.left == ()
    assert files_with(peopled.data.root, *planted) == []


@pytest.mark.parametrize("user_id", ["4", "04", "45"])
def test_a_short_id_takes_no_header_and_no_line_of_others(
    service, user_id: str
) -> None:
    """`card_last_4` is a column's name, and a 4 stands in lines of other people."""
    own = payment(1, "4", CARD) + payment(2, "45", "1111")
    others = payment(3, "44", "0004") + payment(4, "2", "1111", "4.00")
    first = service.land("billing/a.csv", BILLING + own + others)
    refused = service.land("billing/b.csv", BILLING.replace(",amount", "") + "x\n")
    service.ingest()
    service.erase(user_id)
    left = payment(2, "45", "1111") if user_id != "45" else payment(1, "4", CARD)
    assert first.read_text() == BILLING + left + others
    assert refused.read_text().startswith("transaction_id,")


@pytest.mark.parametrize("user_id", ["user_id", "country", "card_last_4"])
def test_the_name_of_a_column_is_nobody(peopled, user_id: str) -> None:
    landed = peopled.data.landing / "service" / "billing" / "a.csv"
    before = landed.read_text()
    with pytest.raises(UserError, match="Nobody of this id"):
        peopled.erase(user_id)
    assert landed.read_text() == before


@pytest.mark.parametrize("user_id", ["", " ", "\t"])
def test_a_blank_id_is_refused(peopled, user_id: str) -> None:
    with pytest.raises(UserError, match="The id is blank"):
        peopled.erase(user_id, in_advance=True)
    assert peopled.deliver("users/n.csv", USERS + user("7", "n", "n@x")).rows_loaded


def test_short_ids_take_no_date_and_no_age_of_others(service) -> None:
    """An id of one digit stands in every line; so do ages and months."""
    others = "".join(event(number, "2") for number in range(1, 9))
    invalid = event(3, "2", "-5") + event(4, "34", "x")
    loaded = service.land("listening_events/a.csv", EVENTS + others + invalid)
    # Without a reason: refused as a whole, it waits to be mended.
    short = (EVENTS + others + event(5, "5")).replace(",reason", "")
    refused = service.land("listening_events/b.csv", short.replace(",trackdone", ""))
    own = user("5", "ann", "ann@x.org")
    service.land("users/a.csv", USERS + own + user("7", "ben", "ben@x.org", age="5"))
    service.ingest()
    service.erase("5")
    assert loaded.read_text() == EVENTS + others + invalid
    kept = (EVENTS + others).replace(",reason", "").replace(",trackdone", "")
    assert refused.read_text() == kept


def _damaged(content: str) -> dict[str, bytes]:
    whole = gzip.compress(content.encode(), mtime=0)
    return {
        "cut": whole[:-4],
        "cut_in_its_content": whole[:-30],
        "check_sum": whole[:-8] + b"\0\0\0\0" + whole[-4:],
        "garbage_after": whole + b"no gzip",
        "padded": gzip.compress(USERS.encode()) + bytes(8) + whole[:-4],
        "check_sum_of_the_first": (
            gzip.compress(USERS.encode())[:-8] + b"\1\2\3\4" + bytes(4) + whole
        ),
        "carriage_returns": content.replace("\n", "\r").encode(),
        "second_cut": gzip.compress(USERS.encode()) + whole[:-4],
        "utf16": b"\xff\xfe" + content.encode("utf-16-le"),
    }


@pytest.mark.parametrize("damage", _damaged(""))
@pytest.mark.parametrize("user_id", [PERSON, "11"])
def test_what_a_damaged_file_still_says_of_the_person_is_gone(
    service, damage: str, user_id: str
) -> None:
    own = user(user_id, USERNAME, EMAIL)
    filling = "".join(user(str(n), f"n{n}", f"n{n}@x.org") for n in range(100, 400))
    service.land("users/a.csv", USERS + own)
    path = service.land(
        f"users/b.{damage}.csv", _damaged(USERS + own + filling)[damage]
    )
    service.ingest()
    report = service.erase(user_id)
    assert report.left == ()
    assert not path.exists()


def test_a_refused_parquet_file_loses_the_persons_rows(service) -> None:
    table = pa.table(
        {
            "user_id": pa.array([12, 11, 13], pa.int32()),
            "username": pa.array(["ben", USERNAME, "cleo"], pa.large_string()),
            "email": pa.array(["b@x.org", EMAIL, "c@x.org"], pa.large_string()),
            "age": pa.array([11, 34, 35], pa.int8()),
        }
    )
    path = service.data.landing / "service" / "users" / "a.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(table, path, compression="zstd")
    service.ingest()
    report = service.erase("11")
    assert report.left == ()
    assert pq.read_table(path).to_pylist() == table.take([0, 2]).to_pylist()


def test_gzips_with_zeros_between_them_lose_the_persons_lines(service) -> None:
    first = gzip.compress((EVENTS + event(1, "2")).encode())
    second = gzip.compress((event(2, PERSON) + event(3, "2")).encode())
    service.land("users/a.csv", USERS + user(PERSON, USERNAME, EMAIL))
    path = service.land("listening_events/a.csv.gz", first + bytes(8) + second)
    service.ingest()
    assert service.erase().left == ()
    kept = gzip.decompress(path.read_bytes()).decode()
    assert kept == EVENTS + event(1, "2") + event(3, "2")


def test_a_stray_quote_takes_no_line_after_it(service) -> None:
    others = "".join(event(number, "2") for number in range(2, 6))
    stray = event(1, PERSON).replace("mobile", '7" tablet')
    refused = EVENTS.replace("reason", "why")
    path = service.land("listening_events/a.csv", refused + stray + others)
    bare = service.land("listening_events/b.csv", stray + others)
    service.land("users/a.csv", USERS + user(PERSON, USERNAME, EMAIL))
    service.ingest()
    assert service.erase().left == ()
    assert path.read_text() == refused + others
    assert bare.read_text() == others


@pytest.mark.parametrize("name", ["mobile", "2026", "tr", "31000", "trackdone"])
def test_a_user_name_that_deliveries_are_written_in_takes_no_line(
    service, name: str
) -> None:
    service.deliver("users/a.csv", USERS + user("11", name, "w@canary.example"))
    events = EVENTS.replace("user_id", "uid") + event(1, "2") + event(2, "3")
    path = service.land("listening_events/a.csv", events)
    service.ingest()
    assert service.erase("11").left == ()
    assert path.read_text() == events


def test_a_dictionary_keeps_nothing_of_the_person(service) -> None:
    table = pa.table(
        {
            "user_id": [11, 12],
            "username": pa.array([USERNAME, "ben"]).dictionary_encode(),
            "email": pa.array([EMAIL, "b@x.org"]).dictionary_encode(),
            "country": ["Austria", "Austria"],
            "subscription_type": ["premium", "premium"],
            "registration_date": [date(2024, 2, 29)] * 2,
            "age": [34, 35],
            "gender": ["female", "male"],
        }
    )
    path = service.data.landing / "service" / "users" / "a.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(table, path)
    service.ingest()
    report = service.erase("11")
    assert (report.rows, report.left) == (1, ())
    assert pq.read_table(path).to_pylist() == table.slice(1).to_pylist()
    assert USERNAME.encode() not in path.read_bytes()


def test_a_row_of_nobody_makes_no_name_somebody_elses(service) -> None:
    path = service.data.landing / "service" / "users" / "a.parquet"
    path.parent.mkdir(parents=True)
    table = pa.table(
        {"user_id": [11, None], "username": ["a", "b"], "email": [EMAIL, EMAIL]}
    )
    pq.write_table(table, path)
    service.land("users/torn.csv", USERS + f"11,{EMAIL}\n")
    service.ingest()
    report = service.erase("11")
    assert [path.name for path in report.left] == ["a.parquet"]
    torn = service.data.landing / "service" / "users" / "torn.csv"
    assert torn.read_text() == USERS


def test_one_unreadable_parquet_file_stops_no_erasure(service) -> None:
    table = pa.table({"user_id": [3], "username": pa.array([b"Zo\xeb"])})
    invalid = pa.array([b"Zo\xeb"], pa.binary()).view(pa.string())
    folder = service.data.landing / "service" / "users"
    service.land("users/a.csv", USERS + user("11", USERNAME, EMAIL))
    pq.write_table(table.set_column(1, "username", invalid), folder / "b.parquet")
    pq.write_table(pa.table({"user_id": ["9" * 5000]}), folder / "c.parquet")
    pq.write_table(
        pa.table({"user_id": pa.array([2**62], pa.timestamp("us"))}),
        folder / "d.parquet",
    )
    torn = folder / "e.parquet"
    pq.write_table(pa.table({"user_id": [*range(9000)]}), torn)
    content = bytearray(torn.read_bytes())
    content[100:200] = bytes(100)
    torn.write_bytes(content)
    service.ingest()
    assert service.erase("11").left == ()


def test_an_id_that_is_the_number_of_anothers_play_can_be_erased(service) -> None:
    service.deliver("tracks/a.csv", TRACKS)
    service.deliver("users/a.csv", USERS + user("12345678", USERNAME, EMAIL))
    events = EVENTS + event(1, "2").replace("1,", "12345678,", 1)
    path = service.land("listening_events/a.csv", events)
    service.ingest()
    assert service.erase("12345678").left == ()
    assert path.read_text() == events


def test_names_that_are_numbers_stop_no_erasure(service) -> None:
    path = service.data.landing / "service" / "users" / "a.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"user_id": [11, 12], "username": [77777, 88888]}), path)
    service.ingest()
    assert service.erase("11").left == ()
    assert pq.read_table(path)["username"].to_pylist() == [88888]


def test_who_is_called_like_an_artist_is_erased_as_a_whole(service) -> None:
    service.deliver("tracks/a.csv", TRACKS)
    service.deliver("users/a.csv", USERS + user("11", "Waterloo", "w@canary.example"))
    report = service.erase("11")
    assert report.left == ()
    assert journal.unfinished(service.data) == 0
    service.deliver("users/b.csv", USERS + user("12", "Waterloo", "v@canary.example"))
    service.land("tracks/b.txt", "v@canary.example")
    assert service.erase("12").left


def test_an_unknown_person_is_told_and_not_suppressed(peopled) -> None:
    with pytest.raises(UserError, match=r"Nobody of this id .* --in-advance"):
        peopled.erase("555")
    report = peopled.deliver("listening_events/n.csv", EVENTS + event(6, "555"))
    assert report.rows_loaded == 1


def test_a_person_may_be_kept_out_in_advance(peopled) -> None:
    assert peopled.erase("555", in_advance=True).is_new
    report = peopled.deliver("listening_events/n.csv", EVENTS + event(6, "555"))
    assert (report.rows_loaded, report.rows_suppressed) == (0, 1)


def test_erasing_twice_changes_nothing_more(peopled) -> None:
    peopled.erase()
    entries = peopled.ledger()
    report = peopled.erase()
    assert (report.is_new, report.rows) == (False, 0)
    assert peopled.ledger() == entries


def test_a_name_in_anothers_takes_nothing_of_the_other(service) -> None:
    others = user("12", "joanna", "joanna@x.org") + user("13", "ann.b", "ann.b@x.org")
    # Not valid, and not hers.
    refused = user("14", "hannah", "hannah@x.org").replace("premium", "gold")
    own = user("11", "ann", "ann@x.org")
    service.deliver("users/a.csv", USERS + own + others + refused)
    report = service.erase("11")
    assert (report.rows, report.left) == (1, ())
    kept = service.data.landing / "service" / "users" / "a.csv"
    assert kept.read_text() == USERS + others + refused


def test_what_a_row_of_the_person_had_replaced_is_gone_too(service) -> None:
    service.deliver("users/a.csv", USERS + user("11", "ann", "ann@x.org"))
    service.deliver("tracks/a.csv", TRACKS)
    # 1 was hers last; 2 was hers, and is somebody else's since; 3 was never hers.
    first = event(1, "12") + event(2, "11") + event(3, "12")
    service.deliver("listening_events/a.csv", EVENTS + first)
    service.deliver("listening_events/b.csv", EVENTS + event(1, "11") + event(2, "13"))
    service.deliver("billing/a.csv", BILLING + payment(7, "12", CARD))
    service.deliver("billing/b.csv", BILLING + payment(7, "11", CARD))

    report = service.erase("11")

    events = service.rows("service/listening_events")
    assert report.rows == 6
    assert [row["event_id"] for row in events] == [3, 2]
    assert service.rows("service/billing") == []
    loaded = [entry.rows_loaded for entry in service.ledger()]
    assert loaded == [0, 1, 1, 1, 0, 0]


def test_an_address_that_somebody_else_has_too_is_no_trace(service) -> None:
    own, other = user("11", "ann", "us@x.org"), user("12", "ben", "us@x.org")
    service.deliver("users/a.csv", USERS + own + other)
    report = service.erase("11")
    assert (report.rows, report.left) == (1, ())
    kept = service.data.landing / "service" / "users" / "a.csv"
    assert kept.read_text() == USERS + other
    assert journal.unfinished(service.data) == 0


def test_an_address_that_rows_of_a_parquet_file_share_is_no_trace(service) -> None:
    table = pa.table(
        {
            "user_id": [11, 12],
            "username": ["ann", "ben"],
            "email": ["us@x.org", "us@x.org"],
            "country": ["Austria", "Austria"],
            "subscription_type": ["premium", "premium"],
            "registration_date": [date(2024, 2, 29)] * 2,
            "age": [34, 35],
            "gender": ["female", "male"],
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    service.deliver("users/a.parquet", sink.getvalue())
    report = service.erase("11")
    assert (report.rows, report.left) == (1, ())
    kept = service.data.landing / "service" / "users" / "a.parquet"
    assert pq.read_table(kept).to_pylist() == table.slice(1).to_pylist()


def test_a_quotation_that_goes_on_in_the_next_line_goes_with_it(service) -> None:
    torn = user("11", '"zora\nquux"', "zora@x.org")
    others = user("12", "ben", "ben@x.org")
    # Never closed: what is valid after it is somebody else's.
    unclosed = user("11", '"zora', "zora@x.org")
    # The line that closes it has a name too.
    twice = user("11", '"zora\nzora@x.org"', "zora@x.org")
    invalid = user("12", "ben", "no address").replace("premium", "gold")
    service.deliver(
        "users/a.csv", USERS + torn + others + unclosed + others + twice + invalid
    )
    service.erase("11")
    kept = service.data.landing / "service" / "users" / "a.csv"
    assert kept.read_text() == USERS + others + others + invalid
