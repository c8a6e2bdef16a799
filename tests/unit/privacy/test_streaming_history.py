"""A listener's own export, in both of its shapes."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from music_warehouse.privacy.pseudonyms import Pseudonyms

from .conftest import KEY

REAL = Path(__file__).parents[4] / "shared" / "data" / "real"
HISTORY = "streaming_history/7/StreamingHistory0.json"
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


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Userdata.json", '{"displayName": "Zebedee Quux"}'),
        ("SearchQueries.json", '[{"searchTime": "x", "searchQuery": "an illness"}]'),
        ("Marquee.json", '[{"artistName": "ABBA", "segment": "Light listeners"}]'),
        ("Follow.json", "[]"),
        ("Inferences.json", ""),
        ("YourLibrary.json", '{"tracks": ['),
        ("Payments.json.gz", b"no gzip"),
        ("Playlist1.json", "[" * 100_000),
    ],
)
def test_other_files_of_an_export_are_left_out_and_told(service, name, content) -> None:
    service.land(f"streaming_history/zebedee/{name}", content)
    service.land("streaming_history/zebedee/StreamingHistory_music_0.json", "[]")
    report = service.ingest()
    (ignored,) = report.ignored
    assert ignored.path.parts[-3:] == ("streaming_history", "***", name)
    assert "neither its name nor its fields" in ignored.reason
    assert [entry.file_name for entry in service.ledger()] == [
        "StreamingHistory_music_0.json"
    ]
    assert service.rows("rejects") == []


@pytest.mark.parametrize(
    "name",
    [
        "endsong_3.json",
        "streaminghistory0.json",
        "Streaming_History_Audio_2023_0.json",
        "Streaming_History_Video_2019.json.gz",
    ],
)
def test_a_broken_file_with_the_name_of_a_history_is_refused(service, name) -> None:
    report = service.deliver(f"streaming_history/7/{name}", '{"displayName": "Anna"}')
    assert report.state == "rejected"


@pytest.mark.parametrize("element", [BASIC, EXTENDED])
def test_a_history_of_any_name_is_known_by_its_fields(service, element) -> None:
    report = service.deliver("streaming_history/7/mine.json", json.dumps([element]))
    assert report.rows_loaded == 1


def test_the_same_bytes_are_another_delivery_for_another_listener(service) -> None:
    content = json.dumps([BASIC])
    service.deliver("streaming_history/anna/StreamingHistory0.json", content)
    other = service.deliver("streaming_history/bob/StreamingHistory0.json", content)
    assert (other.state, other.rows_loaded) == ("loaded", 1)
    pseudonyms = Pseudonyms(KEY.encode())
    assert [row["user_key"] for row in service.rows("service/streaming_history")] == [
        pseudonyms.user_key("anna"),
        pseudonyms.user_key("bob"),
    ]
    # one process knows them from the ledger, another one from its own entries
    assert {file.state for file in service.ingest().files} == {"duplicate"}
    again = service.deliver("streaming_history/bob/copy.json", content)
    assert (again.state, again.duplicate_of_file_seq) == ("duplicate", 2)


@pytest.mark.parametrize("name", ["service", "streaming_history", "listener-5", "07"])
def test_a_listener_of_any_name_is_not_taken_in_twice(service, name: str) -> None:
    delivered = f"streaming_history/{name}/StreamingHistory0.json"
    assert service.deliver(delivered, json.dumps([BASIC])).state == "loaded"
    assert service.deliver(delivered, json.dumps([BASIC])).state == "duplicate"


def test_what_an_erased_listener_had_is_still_loaded_for_another(service) -> None:
    content = json.dumps([BASIC])
    service.deliver("streaming_history/anna/StreamingHistory0.json", content)
    service.erase("anna")
    other = service.deliver("streaming_history/bob/StreamingHistory0.json", content)
    assert (other.state, other.rows_loaded) == ("loaded", 1)
    again = service.deliver("streaming_history/anna/StreamingHistory0.json", content)
    assert (again.state, again.duplicate_of_file_seq) == ("duplicate", 1)
    assert len(service.rows("service/streaming_history")) == 1


def test_a_reason_country_or_uri_that_is_none_loses_no_play(service) -> None:
    element = {**EXTENDED, "reason_end": "Anna pressed it", "conn_country": "Austria"}
    element["spotify_track_uri"] = "spotify:local:Anna::Birthday+speech:61"
    service.deliver(HISTORY, json.dumps([element, EXTENDED]))
    odd, usual = service.rows("service/streaming_history")
    told = [
        (row["reason_end"], row["country"], row["track_uri"]) for row in (odd, usual)
    ]
    assert told == [("other", None, None), ("endplay", "AT", "spotify:track:x")]


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
