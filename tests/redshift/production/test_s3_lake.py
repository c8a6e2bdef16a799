"""The lake on S3: what is in it, and what an interruption leaves."""

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from music_warehouse.errors import UserError
from music_warehouse.ingest import ingest_paths, read_ledger
from music_warehouse.paths import DataFolder
from music_warehouse.production.connection import Production
from music_warehouse.production.load import load
from music_warehouse.production.s3_lake import S3Folder, mirror, read_s3_ledger
from music_warehouse.synthetic.listening import generate_listening


def test_every_row_is_mirrored_in_a_codec_that_redshift_reads(
    lake: DataFolder, s3: S3Folder
) -> None:
    report = mirror(lake, s3)
    entries = read_ledger(lake)
    assert read_s3_ledger(s3) == entries
    assert report.deliveries == len(entries) == 4
    for entry in entries:
        assert entry.lake_path is not None
        content = s3.read(entry.lake_path)
        assert content is not None
        file = pq.ParquetFile(io.BytesIO(content))
        assert file.metadata.row_group(0).column(0).compression == "SNAPPY"
        assert file.read().equals(pq.read_table(lake.lake / entry.lake_path))


def test_the_bytes_of_rejected_lines_stay_at_home(
    lake: DataFolder, s3: S3Folder
) -> None:
    mirror(lake, s3)
    [rejects] = s3.sizes("rejects")
    content = s3.read(rejects)
    assert content is not None
    table = pq.read_table(io.BytesIO(content))
    assert "raw_bytes" not in table.column_names
    assert table["reason"].to_pylist() == ["not_integer"]


def test_what_is_there_is_not_uploaded_again(
    lake: DataFolder, s3: S3Folder, tmp_path: Path
) -> None:
    mirror(lake, s3)
    assert mirror(lake, s3).files == 0
    generate_listening(tmp_path / "more", 20, 2, "csv", first_user_id=1000)
    ingest_paths([tmp_path / "more"], lake)
    assert mirror(lake, s3).deliveries == 4
    assert read_s3_ledger(s3) == read_ledger(lake)


def test_an_interrupted_mirroring_is_not_seen_and_is_completed_by_the_next(
    lake: DataFolder, s3: S3Folder, production: Production
) -> None:
    entries = read_ledger(lake)
    last = lake.lake / str(entries[-1].lake_path)
    kept = last.rename(last.with_suffix(".kept"))
    with pytest.raises(UserError, match="is missing"):
        mirror(lake, s3)
    assert s3.sizes("listening")
    assert read_s3_ledger(s3) == []
    with pytest.raises(UserError, match="holds no deliveries"):
        load(production, s3)
    kept.rename(last)
    mirror(lake, s3)
    assert load(production, s3).deliveries == len(entries)


def test_another_lake_is_not_mixed_in(
    lake: DataFolder, s3: S3Folder, tmp_path: Path
) -> None:
    mirror(lake, s3)
    generate_listening(tmp_path / "others", 20, 3, "csv")
    other = DataFolder(tmp_path / "other")
    ingest_paths([tmp_path / "others"], other)
    with pytest.raises(UserError, match="holds other deliveries"):
        mirror(other, s3)
    assert read_s3_ledger(s3) == read_ledger(lake)


@pytest.mark.parametrize("address", ["bucket/lake", "s3://", "s3://b/o'r", "s3:/b"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="is no folder of S3"):
        S3Folder(address)


def test_a_bucket_that_is_none_is_told_in_a_sentence(
    lake: DataFolder, s3: S3Folder
) -> None:
    with (
        S3Folder("s3://no-such-bucket/lake") as nowhere,
        pytest.raises(UserError, match=r"cannot be used: .*NoSuchBucket"),
    ):
        mirror(lake, nowhere)
