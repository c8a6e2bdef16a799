"""Which rows of the streaming service are taken, as what, and why others are not."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from music_warehouse.privacy.pseudonyms import Pseudonyms

from .conftest import (
    BILLING,
    EMAIL,
    EVENTS,
    KEY,
    TRACKS,
    USERNAME,
    USERS,
    event,
    payment,
    user,
)

PSEUDONYMS = Pseudonyms(KEY.encode())


def timed(timestamp: str) -> str:
    return EVENTS + f"1,2,t1,{timestamp},31000,mobile,true,false,trackdone\n"


def test_a_user_arrives_without_a_name(service) -> None:
    service.deliver("users/a.csv", USERS + user("7", USERNAME, EMAIL))
    assert service.rows("service/users") == [
        {
            "user_key": PSEUDONYMS.user_key(7),
            "email_masked": "z***x@…",
            "country": "Austria",
            "country_match_name": "austria",
            "subscription_type": "premium",
            "registration_date": date(2024, 2, 29),
            "age_band": "25-34",
            "file_seq": 1,
            "line_number": 2,
        }
    ]


@pytest.mark.parametrize(
    ("age", "band"),
    [
        ("", None),
        ("-1337", None),
        ("121", None),
        ("abc", None),
        ("0", "0-12"),
        ("12.9", "0-12"),
        ("13", "13-17"),
        ("22.0", "18-24"),
        ("64", "55-64"),
        ("65", "65+"),
        ("120", "65+"),
    ],
)
def test_a_false_age_is_no_reason_to_lose_a_user(service, age, band) -> None:
    service.deliver("users/a.csv", USERS + user("7", USERNAME, EMAIL, age))
    assert [row["age_band"] for row in service.rows("service/users")] == [band]


def test_an_event_arrives_with_keys_and_times(service) -> None:
    service.deliver("tracks/a.csv", TRACKS)
    service.deliver("listening_events/a.csv", timed("2026-01-31 23:59:59.5Z"))
    (track,) = service.rows("service/tracks")
    (play,) = service.rows("service/listening_events")
    assert play["track_key"] == track["track_key"]
    assert play["user_key"] == PSEUDONYMS.user_key("2")
    assert play["started_at"] == datetime(2026, 1, 31, 23, 59, 59, 500_000)
    assert (play["shuffle"], play["skipped"]) == (True, False)


def test_contradictory_events_are_kept_for_the_warehouse_to_tell_apart(service) -> None:
    lines = event(1, "2") + event(1, "2") + event(1, "3")
    report = service.deliver("listening_events/a.csv", EVENTS + lines)
    assert (report.rows_loaded, report.rows_rejected) == (3, 0)


def test_a_card_has_one_token_for_ever(service) -> None:
    lines = payment(1, "2", "1234") + payment(2, "2", "1234") + payment(3, "3", "1234")
    service.deliver("billing/a.csv", BILLING + lines + payment(4, "2", ""))
    service.deliver("billing/b.csv", BILLING + payment(5, "2", "1234"))
    rows = service.rows("service/billing")
    first, same, other, none, later = (row["card_token"] for row in rows)
    assert first == same == later
    assert other != first
    assert none is None
    assert rows[0]["amount"] == Decimal("9.99")
    assert rows[0]["period"] == date(2026, 1, 1)


FREE_TEXTS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "anna@x.org",
    "Anna's iPhone, the third one of them",
    "\u00fc" * 200,
]


@pytest.mark.parametrize("told", FREE_TEXTS)
def test_a_free_text_does_not_pass_where_a_kind_is_asked_for(service, told) -> None:
    quoted = f'"{told}"'
    plays = event(1, "2").replace("mobile", quoted) + event(2, "2").replace(
        "trackdone", quoted
    )
    service.deliver("listening_events/a.csv", EVENTS + plays + event(3, "2"))
    service.deliver(
        "billing/a.csv", BILLING + payment(1, "2", "1234").replace("card", quoted)
    )
    rows = service.rows("service/listening_events")
    assert [(row["device_type"], row["reason"]) for row in rows] == [
        ("other", "trackdone"),
        ("mobile", "other"),
        ("mobile", "trackdone"),
    ]
    (paid,) = service.rows("service/billing")
    assert paid["payment_method"] == "other"
    assert service.rows("rejects") == []


def test_kinds_are_known_however_they_are_written(service) -> None:
    plays = event(1, "2").replace("mobile", "Smart_Speaker").replace("trackdone", "")
    service.deliver("listening_events/a.csv", EVENTS + plays)
    (play,) = service.rows("service/listening_events")
    assert (play["device_type"], play["reason"]) == ("smart_speaker", None)


@pytest.mark.parametrize("told", [*FREE_TEXTS, "0" * 6, "x" * 65])
def test_a_country_that_is_none_is_masked(service, told: str) -> None:
    line = user("7", "anna", "anna@x.org")
    masked = "***" if told != FREE_TEXTS[3] else told
    service.deliver("users/a.csv", USERS + line.replace("Austria", f'"{told}"'))
    (row,) = service.rows("service/users")
    assert row["country"] == masked


def test_every_known_name_of_a_country_passes(service) -> None:
    seed = Path(__file__).parents[3] / "seeds" / "country_aliases.csv"
    with seed.open(encoding="utf-8") as file:
        names = [row["match_name"] for row in csv.DictReader(file)]
    lines = [
        user(str(number), "anna", "anna@x.org").replace("Austria", f'"{name}"')
        for number, name in enumerate(names)
    ]
    service.deliver("users/a.csv", USERS + "".join(lines))
    assert [row["country"] for row in service.rows("service/users")] == names


def test_a_rejected_line_is_kept_without_a_free_text(service) -> None:
    told, kept = FREE_TEXTS[3], "\"Anna's iPhone"
    plays = event(1, "2", "-5").replace("mobile", f'"{told}"') + event(2, "2", "-5")
    service.deliver("listening_events/a.csv", EVENTS + plays)
    line = user("7", USERNAME, EMAIL).replace("premium", "gold")
    service.deliver("users/a.csv", USERS + line.replace("Austria", FREE_TEXTS[0]))
    masked, usual, person = service.rows("rejects")
    assert kept not in repr((masked, person))
    assert ",-5,***,true" in masked["raw_text"]
    assert ",-5,mobile,true" in usual["raw_text"]
    assert person["raw_text"] == "***,***,***,***,gold,2024-02-29,***,***"


def test_ids_of_tracks_are_the_same_with_blanks_around_them(service) -> None:
    service.deliver("tracks/a.csv", TRACKS.replace("t1", " t1\t"))
    plays = event(1, "2") + event(2, "2").replace("t1", "t1 ")
    service.deliver("listening_events/a.csv", EVENTS + plays)
    # one that is read line by line, and one whose id is blank
    plays = event(3, "2").replace("t1", '"  t1"') + event(4, "2").replace("t1", "  ")
    report = service.deliver("listening_events/b.csv", EVENTS + plays)
    assert dict(report.reasons) == {"blank_required": 1}
    (track,) = service.rows("service/tracks")
    assert track["track_id"] == "t1"
    plays = service.rows("service/listening_events")
    assert [play["track_key"] for play in plays] == [track["track_key"]] * 3


def test_a_track_twice_in_a_file_is_rejected_once(service) -> None:
    line = TRACKS.partition("\n")[2]
    report = service.deliver("tracks/a.csv", TRACKS + line.replace("t1", "t2") + line)
    assert dict(report.reasons) == {"duplicate_key": 1}
    assert [row["track_id"] for row in service.rows("service/tracks")] == ["t1", "t2"]


TOMORROW = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("name", "content", "reason", "told"),
    [
        ("listening_events", timed(TOMORROW), "in_future", "later than"),
        ("listening_events", timed("1999-12-31T23:59:59Z"), "too_early", "before 2000"),
        ("listening_events", timed("yesterday"), "not_timestamp", "'yesterday'"),
        ("listening_events", EVENTS + event(1, "2", "-5"), "negative", "'-5', below 0"),
        ("listening_events", EVENTS + event(1, "2", "86400001"), "out_of_range", ""),
        ("listening_events", EVENTS + event(1, ""), "blank_required", "user_id"),
        ("billing", BILLING + payment(1, "2", "1234", "-1"), "negative", "'-1'"),
        ("billing", BILLING + payment(1, "2", "12345"), "wrong_form", "card_last_4 is"),
        (
            "billing",
            BILLING + payment(1, "2", "").replace("EUR", "XXX"),
            "unknown_value",
            "currency is 'XXX'",
        ),
        (
            "users",
            USERS + user("7", "anna", "anna.x.org"),
            "wrong_form",
            "email is not a mail address.",
        ),
        (
            "users",
            USERS + user("7", "anna", "a@x").replace("premium", "gold"),
            "unknown_value",
            "'gold'",
        ),
        (
            "users",
            USERS + user("7", "anna", "a@x") + user("7", "anna", "b@x"),
            "duplicate_key",
            "Line 2 already has this user_id",
        ),
    ],
)
def test_bad_input_is_rejected_with_its_reason(
    service, name: str, content: str, reason: str, told: str
) -> None:
    report = service.deliver(f"{name}/a.csv", content)
    assert dict(report.reasons) == {reason: 1}
    (reject,) = service.rows("rejects")
    assert told in reject["detail"]


def test_a_rejected_line_is_kept_without_what_is_personal(service) -> None:
    line = user("7", USERNAME, EMAIL).replace("premium", "gold")
    service.deliver("users/a.csv", USERS + line)
    (reject,) = service.rows("rejects")
    assert reject["raw_text"] == "***,***,***,Austria,gold,2024-02-29,***,***"
    assert reject["byte_offset"] == len(USERS)


@pytest.mark.parametrize(
    "line",
    [
        f"7,Austria,{USERNAME},{EMAIL},918273645546,x,34,female\n",
        f'7,"{USERNAME},{EMAIL},Austria,free,2024-02-29,34,female\n',
        f"7,{USERNAME},{EMAIL},Austria\n",
    ],
)
def test_nothing_is_kept_of_a_line_whose_fields_may_have_slipped(
    service, line: str
) -> None:
    service.deliver("users/a.csv", USERS + line)
    (reject,) = service.rows("rejects")
    assert set(reject["raw_text"].split(",")) == {"***"}
    shown = repr(service.rows("rejects"))
    assert not any(told in shown for told in (USERNAME, EMAIL, "918273645546"))
