"""A listener's own export, in both of its shapes."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from music_warehouse.privacy.pseudonyms import Pseudonyms

from .conftest import KEY

REAL = Path(__file__).parents[4] / "shared" / "data" / "real"
HISTORY = "streaming_history/7/a.json"
BASIC = {
    "endTime": "2022-09-21 00:02",
    "artistName": "ABBA",
    "trackName": "Waterloo",
    "msPlayed": 164000,
}
EXTENDED = {
    "ts": "2023-01-02T03:04:05Z",
    "username": "zebedee",
    "platform": "Zebedee's phone",
    "ms_played": 31000,
    "conn_country": "AT",
    "ip_addr_decrypted": "10.1.2.3",
    "user_agent_decrypted": "zebedee/1",
    "master_metadata_track_name": "Waterloo",
    "master_metadata_album_artist_name": "ABBA",
    "master_metadata_album_album_name": "Waterloo",
    "spotify_track_uri": "spotify:track:x",
    "episode_name": None,
    "reason_start": "clickrow",
    "reason_end": "endplay",
    "shuffle": True,
    "skipped": None,
    "offline": False,
}


def test_both_shapes_become_the_same_rows(service) -> None:
    report = service.deliver(HISTORY, json.dumps([BASIC, EXTENDED]))
    assert (report.rows_loaded, report.rows_rejected) == (2, 0)
    basic, extended = service.rows("service/streaming_history")
    assert basic["user_key"] == Pseudonyms(KEY.encode()).user_key("7")
    assert basic["ended_at"] == datetime(2022, 9, 21, 0, 2)
    assert basic["artist_name_key"] == extended["artist_name_key"]
    assert (basic["reason_end"], basic["skipped"]) == (None, None)
    assert extended["ended_at"] == datetime(2023, 1, 2, 3, 4, 5)
    assert (extended["shuffle"], extended["country"]) == (True, "AT")
    assert "zebedee" not in repr((basic, extended)).lower()


def test_a_podcast_is_a_row_without_a_track(service) -> None:
    podcast = {**EXTENDED, "master_metadata_track_name": None}
    podcast["master_metadata_album_artist_name"] = None
    service.deliver(HISTORY, json.dumps([podcast, BASIC]))
    rows = service.rows("service/streaming_history")
    assert [row["artist_name"] for row in rows] == [None, "ABBA"]
    assert [row["artist_name_key"] is None for row in rows] == [True, False]
    spellings = service.rows("names/artist_spellings")
    assert [row["artist_name"] for row in spellings] == ["ABBA"]


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        ({**BASIC, "msPlayed": -1}, "negative"),
        ({**BASIC, "msPlayed": 1.5}, "fractional"),
        ({**BASIC, "msPlayed": 86_400_001}, "out_of_range"),
        ({**BASIC, "endTime": None}, "blank_required"),
        ({**BASIC, "endTime": "1999-12-31 23:59"}, "too_early"),
        ({**BASIC, "trackName": ["Waterloo"]}, "not_scalar"),
        ({**BASIC, "trackName": "\ud800"}, "invalid_utf8"),
        ({**BASIC, "shuffle": "maybe"}, "not_boolean"),
        ({}, "blank_required"),
        ([], "not_object"),
        (None, "not_object"),
    ],
)
def test_a_bad_element_is_rejected_by_its_number_and_place(
    service, element: object, reason: str
) -> None:
    first = {**BASIC, "artistName": "Björk", "username": "zebedee"}
    content = json.dumps([first, element, BASIC], ensure_ascii=False)
    report = service.deliver(HISTORY, content.encode("utf-8", "backslashreplace"))
    assert (report.rows_loaded, dict(report.reasons)) == (2, {reason: 1})
    (reject,) = service.rows("rejects")
    assert reject["line_number"] == 2
    start = json.dumps(first, ensure_ascii=False)
    assert reject["byte_offset"] == len(f"[{start}, ".encode())
    assert "zebedee" not in repr(reject)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (json.dumps([BASIC, BASIC])[:-1], "torn_json"),
        (json.dumps([BASIC, BASIC])[:-9], "torn_json"),
        ("[1 2]", "torn_json"),
        ("[1,]", "torn_json"),
        ("[" * 100_000, "torn_json"),
        (json.dumps(BASIC), "not_json_array"),
        (json.dumps([BASIC]) + "x", "json_trailing_text"),
        (b'["\xff"]', "not_text"),
        (" ", "empty_file"),
    ],
)
def test_a_torn_file_is_rejected_whole(service, content, reason: str) -> None:
    report = service.deliver(HISTORY, content)
    assert (report.state, report.reason) == ("rejected", reason)
    assert service.rows("service/streaming_history") == []


def test_the_ledger_does_not_tell_the_folder(service) -> None:
    service.deliver("streaming_history/zebedee/a.json", json.dumps([BASIC]))
    assert "zebedee" not in repr(service.ledger())


def test_a_file_that_is_no_history_is_ignored_without_telling_whose_it_is(
    service,
) -> None:
    service.land("streaming_history/zebedee/read_me.pdf", b"%PDF")
    (ignored,) = service.ingest().ignored
    assert ignored.path.parts[-3:] == ("streaming_history", "***", "read_me.pdf")


def test_a_suppressed_listener_leaves_nothing_but_a_number(service) -> None:
    service.erase("7", in_advance=True)
    report = service.deliver(HISTORY, json.dumps([BASIC, {}, EXTENDED])[:-1])
    assert (report.state, report.rows_suppressed) == ("loaded", 3)
    told = service.rows("rejects") + service.rows("names/artist_spellings")
    assert told + service.rows("service/streaming_history") == []


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data are not here")
def test_a_real_export_loads_whole(service) -> None:
    for path in (REAL / "events_streaming_history").glob("*.json"):
        service.land(f"streaming_history/7/{path.name}", path.read_bytes())
    report = service.ingest()
    assert (report.rows_loaded, report.rows_rejected) == (38_403, 0)
    rows = service.rows("service/streaming_history")
    assert sum(row["ms_played"] == 0 for row in rows) == 106
    assert sum(row["ms_played"] < 30_000 for row in rows) == 8_846
    assert sum(row["track_name"] == "Unknown Track" for row in rows) == 140
