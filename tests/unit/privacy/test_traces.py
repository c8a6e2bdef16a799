"""A trace of a person is told from a part of somebody else's name."""

import gzip
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from music_warehouse.privacy import traces
from music_warehouse.privacy.traces import files_with, standing_alone


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("3,lea_3,lea@x.org", True),
        ('{"user": "lea_3"}', True),
        ("played by lea_3.", True),
        ("lea_318,x", False),
        ("alea_3", False),
        ("élea_3", False),
        ("lea_3.b@x.org", False),
        ("b.lea_3@x.org", False),
        ("lea_3,lea_318", True),
        ("lea_318,lea_3", True),
    ],
)
def test_a_name_counts_where_it_stands_alone(text: str, is_found: bool) -> None:
    pattern = standing_alone(b"lea_3")
    assert bool(re.search(pattern, text.encode())) == is_found


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("id 12345678.0", True), ("-12345678", True), ("9123456780", False)],
)
def test_a_number_counts_whatever_it_is_written_with(text: str, is_found: bool) -> None:
    pattern = standing_alone(b"12345678")
    assert bool(re.search(pattern, text.encode())) == is_found


def test_files_of_namesakes_are_nobodys(tmp_path: Path) -> None:
    (tmp_path / "lea_318").mkdir()
    (tmp_path / "lea_318" / "a.csv").write_text("318,lea_318\n")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"318,lea_318\n"))
    pq.write_table(pa.table({"name": ["lea_318", None]}), tmp_path / "c.parquet")
    assert files_with(tmp_path, [b"lea_3"]) == []

    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"318,lea_318\n3,lea_3\n"))
    pq.write_table(pa.table({"name": ["lea_318", "lea_3"]}), tmp_path / "e.parquet")
    # Its texts lie end to end.
    (tmp_path / "f.duckdb").write_bytes(b"lea_4lea_3lea_5")
    found = [path.name for path in files_with(tmp_path, [b"lea_3"])]
    assert found == ["d.csv.gz", "e.parquet", "f.duckdb"]


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["x", "lea_3"], pa.large_string()),
        pa.array([b"lea_3"], pa.large_binary()),
        pa.array(["lea_3"]).dictionary_encode(),
        pa.array([["x", "lea_3"]]),
        pa.array([{"name": "lea_3"}]),
        pa.array([[("lea_3", 1)]], pa.map_(pa.string(), pa.int64())),
        pa.array([81234567], pa.int32()),
        pa.array([81234567], pa.uint64()),
        pa.array([81234567.0]),
        pa.array([81234567]).cast(pa.decimal128(20)),
    ],
    ids=lambda values: str(values.type),
)
def test_a_trace_is_found_in_columns_of_any_type(tmp_path: Path, values) -> None:
    table = pa.table({"name": values.take([0] * 3000 + [len(values) - 1])})
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd")
    assert files_with(tmp_path, [b"lea_3", b"81234567"])
    assert files_with(tmp_path, [b"lea_4", b"81234568"]) == []


@pytest.mark.parametrize("offset", range(12))
def test_where_a_file_is_cut_decides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offset: int
) -> None:
    monkeypatch.setattr(traces, "_READ_BYTES", 16)
    filling = b"." * offset + b" "
    (tmp_path / "namesake").write_bytes(filling + b"lea_318 " + filling)
    (tmp_path / "own").write_bytes(filling + b"lea_3 " + filling)
    (tmp_path / "at_the_end").write_bytes(filling + b"lea_3")

    found = [path.name for path in files_with(tmp_path, [b"lea_3"])]

    assert found == ["at_the_end", "own"]
