"""Parquet deliveries keep the same contracts as text."""

import json
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from music_warehouse.contracts import load_contracts
from music_warehouse.ingest.parquet_file import ParquetDelivery
from music_warehouse.ingest.rows import FileRejected

MBID = "d87e52c5-bb8d-4da8-b941-9f4928627dc8"
VALID = {
    "user_id": [1, 1, 2],
    "rank": [1, 2, 1],
    "artist_name": ["ABBA", "Blur", "Björk"],
    "playcount": [10, 9, 7],
    "mbid": [MBID, "", None],
}
VALID_ROWS = [
    (1, 1, "ABBA", 10, MBID),
    (1, 2, "Blur", 9, None),
    (2, 1, "Björk", 7, None),
]


def parquet(columns: dict[str, object], **types: pa.DataType) -> bytes:
    table = pa.table(
        {
            name: values
            if isinstance(values, pa.Array)
            else pa.array(values, types.get(name))
            for name, values in columns.items()
        }
    )
    sink = BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        parquet(VALID),
        parquet({name: VALID[name] for name in reversed(VALID)}),
        parquet({name.upper(): values for name, values in VALID.items()}),
        parquet(VALID, user_id=pa.int8(), rank=pa.uint64(), playcount=pa.float64()),
        parquet(VALID, artist_name=pa.large_string()),
        parquet(VALID, artist_name=pa.dictionary(pa.int8(), pa.string())),
    ],
    ids=["plain", "reordered", "capitals", "other_numbers", "large_texts", "coded"],
)
def test_valid_rows_are_loaded(warehouse, content: bytes) -> None:
    report = warehouse.deliver_artists(content, "a.parquet")
    assert (report.state, report.rows_loaded) == ("loaded", 3)
    assert warehouse.artists() == VALID_ROWS
    (entry,) = warehouse.ledger()
    assert (entry.line_count, entry.header_lines) == (3, 0)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("rank", 0, "out_of_range"),
        ("rank", 51, "out_of_range"),
        ("playcount", -1, "negative"),
        ("playcount", 4.7, "fractional"),
        ("playcount", float("nan"), "blank_required"),
        ("artist_name", "", "blank_required"),
        ("artist_name", " \u3000", "blank_required"),
        ("artist_name", "A\x00", "nul"),
        ("artist_name", "x" * 4097, "too_long_text"),
        ("user_id", None, "blank_required"),
        ("user_id", 1, "duplicate_key"),
        ("mbid", "none", "not_uuid"),
    ],
)
def test_an_invalid_row_is_rejected_alone(
    warehouse, column: str, value: object, reason: str
) -> None:
    columns = {name: [*values, values[2]] for name, values in VALID.items()}
    columns["user_id"][3] = 3
    columns[column][3] = value
    if reason == "duplicate_key":
        columns["rank"][3] = 1
    report = warehouse.deliver_artists(parquet(columns), "a.parquet")
    assert (report.rows_loaded, report.reasons) == (3, {reason: 1})
    ((line, _, raw),) = warehouse.rejects()
    assert line == 4
    assert set(json.loads(raw)) == set(VALID)
    assert warehouse.artists() == VALID_ROWS


def test_one_bad_row_among_many_costs_no_other(warehouse) -> None:
    rows = 150_000
    frame = pd.DataFrame(
        {
            "user_id": [i // 50 for i in range(rows)],
            "rank": [i % 50 + 1 for i in range(rows)],
            "artist_name": [f"Artist {i % 977}" for i in range(rows)],
            "playcount": [float(i) for i in range(rows)],
            "mbid": None,
            "email": "a@b.c",
        }
    )
    frame.loc[77_000, "playcount"] = 0.5
    sink = BytesIO()
    frame.to_parquet(sink)
    report = warehouse.deliver_artists(sink.getvalue(), "a.parquet")
    assert (report.rows_loaded, report.reasons) == (rows - 1, {"fractional": 1})
    assert report.drift_columns == ("email",)
    assert [line for line, _, _ in warehouse.rejects()] == [77_001]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (parquet({**VALID, "rank": ["1", "2", "1"]}), "wrong_type"),
        (parquet({**VALID, "artist_name": [1, 2, 3]}), "wrong_type"),
        (parquet({"user_id": [1]}), "missing_columns"),
        (parquet(VALID)[:-20], "unreadable_parquet"),
    ],
)
def test_a_file_of_another_shape_is_rejected_whole(
    warehouse, content: bytes, reason: str
) -> None:
    report = warehouse.deliver_artists(content, "a.parquet")
    assert (report.state, report.reason) == ("rejected", reason)
    assert warehouse.artists() == []


@pytest.mark.parametrize("replaced", [True, False], ids=["replaced", "written_over"])
def test_a_file_that_changes_while_it_is_read_is_rejected(
    tmp_path: Path, replaced: bool
) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet(VALID))
    contract = load_contracts()["listening.user_top_artists"]
    with closing(ParquetDelivery(path, contract)) as delivery:
        pieces = delivery.pieces()
        next(pieces)
        target = tmp_path / "b.parquet" if replaced else path
        target.write_bytes(parquet({**VALID, "playcount": [1, 2, 3]}))
        target.replace(path)
        with pytest.raises(FileRejected) as rejected:
            list(pieces)
    assert rejected.value.reason == "changed_while_read"


def test_a_rejected_file_accounts_for_its_rows(warehouse) -> None:
    warehouse.deliver_artists(parquet({"user_id": [1, 2]}), "a.parquet")
    (entry,) = warehouse.ledger()
    counts = (entry.line_count, entry.header_lines, entry.rows_rejected)
    assert counts == (2, 0, 2)


def test_a_rejected_row_is_kept_as_json_that_any_reader_takes(warehouse) -> None:
    playcounts = pa.array([10.0, float("nan"), float("-inf")])
    content = parquet({**VALID, "playcount": playcounts})
    report = warehouse.deliver_artists(content, "a.parquet")
    assert report.reasons == {"blank_required": 1, "not_integer": 1}

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    kept = [json.loads(r, parse_constant=refuse) for *_, r in warehouse.rejects()]
    assert [row["playcount"] for row in kept] == [None, "-inf"]


def test_a_file_of_no_rows_is_loaded(warehouse) -> None:
    content = parquet({name: values[:0] for name, values in VALID.items()})
    report = warehouse.deliver_artists(content, "a.parquet")
    assert (report.state, report.rows_loaded) == ("loaded", 0)


def test_a_text_that_is_not_utf8_is_rejected_alone(warehouse) -> None:
    names = pa.array([b"ABBA", b"Bj\xf6rk", b"Blur"]).view(pa.string())
    content = parquet({**VALID, "artist_name": names})
    report = warehouse.deliver_artists(content, "a.parquet")
    assert (report.rows_loaded, report.reasons) == (2, {"invalid_utf8": 1})
    ((_, _, raw),) = warehouse.rejects()
    assert json.loads(raw)["artist_name"] == "Bj\\xf6rk"
