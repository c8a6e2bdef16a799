"""Contracts are read strictly: a mistake in one is told, never worked around."""

from datetime import datetime
from pathlib import Path

import pytest

from music_warehouse.contracts import Contract, load_contract, load_contracts
from music_warehouse.errors import UserError
from music_warehouse.ingest.schemas import table_schema
from music_warehouse.synthetic.service.reference import (
    DEVICES,
    PAYMENT_METHODS,
    REASONS,
)

MINIMAL = """
version: 3
unique_key: [play_id]
columns:
  - {name: play_id, type: bigint, required: true, min: 0}
  - {name: artist_name, type: text, required: true, max_bytes: 100}
  - {name: mbid, type: uuid, aliases: [artist_mbid], blank_values: ["-1"]}
"""
ARTIST = """
artist: {name_column: artist_name, key_column: artist_name_key, mbid_column: mbid}
"""


def read(folder: Path, text: str) -> Contract:
    path = folder / "radio" / "plays.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load_contract(path)


def test_the_listening_contracts_name_every_column_of_the_lake() -> None:
    contracts = {
        name: contract
        for name, contract in load_contracts().items()
        if contract.source == "listening"
    }
    assert {name: [c.name for c in k.columns] for name, k in contracts.items()} == {
        "listening.users": ["user_id", "country", "total_scrobbles"],
        "listening.user_top_artists": [
            "user_id",
            "rank",
            "artist_name",
            "playcount",
            "mbid",
        ],
        "listening.user_top_tracks": [
            "user_id",
            "rank",
            "track_name",
            "artist_name",
            "playcount",
            "mbid",
        ],
        "listening.user_top_albums": [
            "user_id",
            "rank",
            "album_name",
            "artist_name",
            "playcount",
            "mbid",
        ],
    }
    mbids = {name: k.artist and k.artist.mbid_column for name, k in contracts.items()}
    assert [name for name, mbid in mbids.items() if mbid] == [
        "listening.user_top_artists"
    ]


def test_what_is_generated_and_what_models_ask_for_is_listed() -> None:
    listed = {
        (name, column.name): set(column.values)
        for name, contract in load_contracts().items()
        for column in contract.columns
        if column.invalid_value in column.values
    }
    skips = {"fwdbtn", "backbtn", "trackdone"}
    plays, history = "service.listening_events", "service.streaming_history"
    assert listed[plays, "device_type"] >= set(DEVICES)
    assert listed[plays, "reason"] >= {*REASONS, *skips}
    assert listed[history, "reason_end"] == listed[plays, "reason"]
    assert listed["service.billing", "payment_method"] >= set(PAYMENT_METHODS)


def test_a_contract_is_known_by_its_folder_and_name(tmp_path: Path) -> None:
    contract = read(tmp_path, MINIMAL + ARTIST)
    assert (contract.name, contract.version) == ("radio.plays", 3)
    assert contract.columns[0].limits == (0, 2**63 - 1)
    assert contract.columns[2].aliases == ("artist_mbid",)
    assert [column.name for column in contract.key_columns] == ["play_id"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("version: 3", "", "the document lacks version"),
        ("version: 3", "version: one", "version must be a whole number, not 'one'"),
        ("version: 3", "version: true", "version must be a whole number, not True"),
        ("version: 3", "version: 3\nowner: me", "the document has unknown owner"),
        ("columns:", "columns: []\nignored:", "the document has unknown ignored"),
        ("type: bigint", "type: decimal", "type 'decimal', not one of integer, bigint"),
        ("type: bigint, ", "", "a column lacks type"),
        ("name: play_id", "name: Play-Id", "must be a lower-case identifier"),
        ("name: artist_name", "name: play_id", "the name play_id is used twice"),
        ("[artist_mbid]", "[play_id]", "the name play_id is used twice"),
        ("[artist_mbid]", "artist_mbid", "aliases of mbid must be a list"),
        ('["-1"]', "[-1]", "blank_values must be a list of texts"),
        ("required: true, min: 0", "min: 0", "must be a required integer column"),
        ("[play_id]", "[played_by]", "unique_key played_by must be a required"),
        ("min: 0}", "min: 0, personal: secret}", "personal must be one of pseudonym"),
        ("min: 0}", "personal: pseudonym}", "needs a lake_name of its own"),
        ("min: 0}", "personal: dropped, lake_name: x}", "what is dropped has none"),
        ("min: 0}", "personal: card_token, lake_name: x}", "is not for bigint"),
        ("min: 0}", "key_name: play_key}", "key_name is for text"),
        ("min: 0}", "invalid: blank}", "may be blank where blanks are valid"),
        ("max_bytes: 100}", "pattern: '('}", "pattern is no regular expression"),
        ("max_bytes: 100}", "pattern: 'a'}", "a pattern needs its form in words"),
        ("max_bytes: 100}", "form: a word}", "a pattern needs its form in words"),
        ("max_bytes: 100}", "invalid_value: 3}", "invalid_value must be a text"),
        ("min: 0}", "invalid_value: other}", "invalid_value is for text"),
        ("min: 0}", "trimmed: true}", "trimmed is for text"),
        (
            "max_bytes: 100}",
            "personal: pseudonym, lake_name: x, key_name: y}",
            "key_name is for what is not personal",
        ),
        ("version: 3", "version: 3\nfile_names: [a]", "belong together"),
        ("version: 3", "version: 3\nfile_names: a", "must be a list of patterns"),
        ("type: bigint", "type: 'decimal(20,2)'", "has at most 18 digits"),
        (
            "type: bigint, required: true, min: 0",
            "type: date, min: 3",
            "must be a date",
        ),
        ("[play_id]", "[]", "unique_key must name at least one column"),
        (
            "version: 3",
            "version: 3\nlatest_by: artist_name",
            "must be a required integer",
        ),
        ("version: 3", "version: 3\nlatest_by: other", "must be a required integer"),
        (
            "required: true, max_bytes",
            "required: 1, max_bytes",
            "must be true or false",
        ),
        ("min: 0", "min: 5, max: 4", "min is above max"),
        ("max_bytes: 100", "min: 100", "min is for numbers and times"),
        ("min: 0", "max_bytes: 8", "max_bytes is for text"),
        ("max_bytes: 100", "max_bytes: many", "max_bytes must be a whole number"),
        (
            "name_column: artist_name",
            "name_column: mbid",
            "must be a text column of the lake",
        ),
        ("mbid_column: mbid", "mbid_column: play_id", "must be a uuid column"),
        ("key_column: artist_name_key", "key_column: mbid", "is a delivered column"),
        (MINIMAL + ARTIST, "- a list", "the document must be a mapping"),
        ("version: 3", "version: [", "is not valid YAML"),
    ],
)
def test_a_malformed_contract_is_named_with_its_mistake(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    text = MINIMAL + ARTIST
    assert old in text
    with pytest.raises(UserError) as raised:
        read(tmp_path, text.replace(old, new, 1))
    message = str(raised.value)
    assert complaint in message
    assert "plays.yml" in message
    assert message.endswith(".") and "\n" not in message


def test_nothing_personal_of_the_service_reaches_the_lake() -> None:
    held = {
        name: table_schema(contract).names[:-2]
        for name, contract in load_contracts().items()
        if contract.source == "service"
    }
    assert held == {
        "service.users": [
            "user_key",
            "email_masked",
            "country",
            "country_match_name",
            "subscription_type",
            "registration_date",
            "age_band",
        ],
        "service.tracks": [
            "track_id",
            "track_key",
            "track_name",
            "artist_name",
            "duration_ms",
            "artist_name_key",
        ],
        "service.listening_events": [
            "event_id",
            "user_key",
            "track_key",
            "started_at",
            "play_duration_ms",
            "device_type",
            "shuffle",
            "skipped",
            "reason",
        ],
        "service.billing": [
            "transaction_id",
            "user_key",
            "payment_method",
            "card_token",
            "amount",
            "currency",
            "payment_status",
            "billed_at",
            "period",
        ],
        "service.streaming_history": [
            "user_key",
            "ended_at",
            "ms_played",
            "track_name",
            "artist_name",
            "track_uri",
            "reason_start",
            "reason_end",
            "shuffle",
            "skipped",
            "country",
            "artist_name_key",
        ],
        "service.fraud_labels": ["user_key", "label"],
    }


def test_tables_of_all_sources_have_names_of_their_own_in_redshift() -> None:
    names = [contract.raw_table for contract in load_contracts().values()]
    assert len(set(names)) == len(names)


def test_only_the_bounds_that_are_the_arrival_move_with_it() -> None:
    events = load_contracts()["service.listening_events"]
    arrived = events.arriving(datetime(2026, 7, 1))
    latest = {column.name: column.latest for column in arrived.columns}
    assert latest.pop("timestamp") == datetime(2026, 7, 1)
    assert set(latest.values()) == {None}
