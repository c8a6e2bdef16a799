"""After an erasure no byte of the person is left, and no delivery brings one back."""

import gzip
import io
import re
import subprocess
from pathlib import Path

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


def test_an_id_that_is_the_number_of_anothers_play_can_be_erased(service) -> None:
    service.deliver("tracks/a.csv", TRACKS)
    service.deliver("users/a.csv", USERS + user("12345678", USERNAME, EMAIL))
    events = EVENTS + event(1, "2").replace("1,", "12345678,", 1)
    path = service.land("listening_events/a.csv", events)
    service.ingest()
    assert service.erase("12345678").left == ()
    assert path.read_text() == events


def test_an_id_in_the_name_of_a_file_is_a_trace(service) -> None:
    service.deliver("users/12345678.csv", USERS + user("12345678", USERNAME, EMAIL))
    left = {path.name for path in service.erase("12345678").left}
    assert {"12345678.csv", "ledger.parquet"} <= left


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
