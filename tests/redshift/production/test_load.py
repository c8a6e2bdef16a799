"""Loading into Redshift: every delivery once, whole or not at all."""

import io
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from music_warehouse.errors import UserError
from music_warehouse.ingest import ingest_paths, read_ledger
from music_warehouse.paths import DataFolder
from music_warehouse.production.connection import Production
from music_warehouse.production.load import LoadReport, load
from music_warehouse.production.raw_ledger import loaded_entries
from music_warehouse.production.s3_lake import S3Folder, mirror
from music_warehouse.synthetic.listening import generate_listening


@pytest.fixture
def mirrored(lake: DataFolder, s3: S3Folder) -> S3Folder:
    mirror(lake, s3)
    return s3


def count(production: Production, table: str) -> int:
    with production.session() as session:
        [[rows]] = session.rows(f'select count(*) from "raw".{table}')
    return int(rows)


def assert_loaded_once(production: Production, lake: DataFolder) -> None:
    """Every row of every delivery is there once."""
    entries = read_ledger(lake)
    for table in {entry.table_name for entry in entries}:
        expected = sum(e.rows_loaded for e in entries if e.table_name == table)
        assert count(production, table) == expected
    assert count(production, "ledger") == len(entries)
    assert count(production, "rejects") == sum(e.rows_rejected for e in entries)


def test_every_row_is_loaded_once(
    production: Production, mirrored: S3Folder, lake: DataFolder
) -> None:
    entries = read_ledger(lake)
    rows = sum(entry.rows_loaded for entry in entries)
    assert load(production, mirrored) == LoadReport(len(entries), rows)
    assert_loaded_once(production, lake)
    assert count(production, "artist_spellings") > 0
    assert mirrored.sizes("_staging") == {}


def test_a_repeated_load_finds_nothing_to_do(
    production: Production, mirrored: S3Folder, lake: DataFolder
) -> None:
    load(production, mirrored)
    assert load(production, mirrored) == LoadReport(0, 0)
    assert_loaded_once(production, lake)


def test_new_deliveries_are_added(
    production: Production, mirrored: S3Folder, lake: DataFolder, tmp_path: Path
) -> None:
    load(production, mirrored)
    generate_listening(tmp_path / "more", 20, 2, "csv", first_user_id=1000)
    ingest_paths([tmp_path / "more"], lake)
    mirror(lake, mirrored)
    assert load(production, mirrored).deliveries == 4
    assert_loaded_once(production, lake)


def test_an_interrupted_load_leaves_nothing_and_the_next_loads_all(
    production: Production, mirrored: S3Folder, lake: DataFolder
) -> None:
    lost = str(read_ledger(lake)[-1].lake_path)
    content = mirrored.read(lost)
    assert content is not None
    # Listed and so in the manifest, but no Parquet: COPY fails after others have not.
    mirrored.write(lost, b"no Parquet")
    with pytest.raises(UserError, match="Redshift refused `copy"):
        load(production, mirrored)
    assert count(production, "users") == count(production, "ledger") == 0
    mirrored.write(lost, content)
    load(production, mirrored)
    assert_loaded_once(production, lake)


def test_a_delivery_whose_file_is_lost_is_not_loaded(
    production: Production, mirrored: S3Folder, lake: DataFolder
) -> None:
    mirrored.delete(str(read_ledger(lake)[0].lake_path))
    with pytest.raises(UserError, match=r"000001.parquet is missing"):
        load(production, mirrored)
    assert count(production, "ledger") == 0


def test_of_two_loads_at_once_the_second_waits_and_loads_nothing(
    production: Production, mirrored: S3Folder, lake: DataFolder, tmp_path: Path
) -> None:
    load(production, mirrored)
    generate_listening(tmp_path / "more", 20, 2, "csv", first_user_id=1000)
    ingest_paths([tmp_path / "more"], lake)
    mirror(lake, mirrored)
    begun = threading.Barrier(2)

    def load_together() -> LoadReport:
        begun.wait()
        return load(production, mirrored)

    with ThreadPoolExecutor(2) as pool:
        reports = [pool.submit(load_together) for _ in range(2)]
        found = sorted(report.result().deliveries for report in reports)
    assert found == [0, 4]
    assert_loaded_once(production, lake)


def test_a_load_that_is_under_way_holds_up_no_reader(
    production: Production, mirrored: S3Folder
) -> None:
    load(production, mirrored)
    with production.session() as session, session.transaction():
        session.execute('lock "raw".load_lock')
        begun = time.monotonic()
        assert count(production, "ledger") == 4
        assert time.monotonic() - begun < 30


def test_a_load_that_has_waited_loads_what_has_come_meanwhile(
    production: Production, mirrored: S3Folder, lake: DataFolder, tmp_path: Path
) -> None:
    load(production, mirrored)
    with ThreadPoolExecutor(1) as pool, production.session() as session:
        with session.transaction():
            session.execute('lock "raw".load_lock')
            waiting = pool.submit(load, production, mirrored)
            while not session.rows("select 1 from svv_transactions where not granted"):
                time.sleep(0.2)
            generate_listening(tmp_path / "more", 20, 2, "csv", first_user_id=1000)
            ingest_paths([tmp_path / "more"], lake)
            mirror(lake, mirrored)
        assert waiting.result(60).deliveries == 4
    assert_loaded_once(production, lake)


def test_what_is_loaded_is_loaded_though_what_was_staged_cannot_be_deleted(
    production: Production, mirrored: S3Folder, lake: DataFolder
) -> None:
    class Undeletable(S3Folder):
        """A folder to which one may write, but nothing more."""

        def delete(self, name: str) -> None:
            raise UserError(f"{name} may not be deleted.")

    with Undeletable(mirrored.address) as folder:
        assert load(production, folder).deliveries == 4
    assert_loaded_once(production, lake)


def test_tables_and_a_lake_of_before_there_were_suppressed_rows_are_gone_on_with(
    production: Production, mirrored: S3Folder, lake: DataFolder, tmp_path: Path
) -> None:
    load(production, mirrored)
    with production.session() as session:
        session.execute('alter table "raw".ledger drop column rows_suppressed')
    content = mirrored.read("ledger/ledger.parquet")
    assert content is not None
    table = pq.read_table(io.BytesIO(content)).drop_columns(["rows_suppressed"])
    sink = io.BytesIO()
    pq.write_table(table, sink)
    mirrored.write("ledger/ledger.parquet", sink.getvalue())
    assert load(production, mirrored) == LoadReport(0, 0)
    generate_listening(tmp_path / "more", 20, 2, "csv", first_user_id=1000)
    ingest_paths([tmp_path / "more"], lake)
    assert mirror(lake, mirrored).deliveries == 4
    assert load(production, mirrored).deliveries == 4
    with production.session() as session:
        assert loaded_entries(session, "raw") == read_ledger(lake)


def test_a_rejected_line_with_a_nul_byte_is_loaded_with_the_byte_escaped(
    production: Production, s3: S3Folder, lake: DataFolder, tmp_path: Path
) -> None:
    file = tmp_path / "listening/users/users.csv"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"user_id,country,total_scrobbles\n77777,Aus\0tria,5\n")
    ingest_paths([file], lake)
    mirror(lake, s3)
    load(production, s3)
    with production.session() as session:
        rows = session.rows("select raw_text from \"raw\".rejects where reason = 'nul'")
    assert rows == [("77777,Aus\\x00tria,5",)]


def test_another_lake_is_not_loaded_into_the_same_tables(
    production: Production, mirrored: S3Folder, lake: DataFolder, tmp_path: Path
) -> None:
    load(production, mirrored)
    generate_listening(tmp_path / "others", 20, 3, "csv")
    other = DataFolder(tmp_path / "other")
    ingest_paths([tmp_path / "others"], other)
    with S3Folder(f"{mirrored.address}-other") as elsewhere:
        mirror(other, elsewhere)
        with pytest.raises(UserError, match='"raw" was loaded from another lake'):
            load(production, elsewhere)
    assert_loaded_once(production, lake)


def test_production_that_cannot_be_reached_is_told_in_a_sentence(
    production: Production, mirrored: S3Folder
) -> None:
    ended = command("load", "--lake", mirrored.address, REDSHIFT_PASSWORD="not-it")
    assert ended.returncode == 1
    told = "music-warehouse: Redshift at localhost cannot be reached: password authenti"
    assert ended.stderr.startswith(told)
    assert len(ended.stderr.splitlines()) == 1
    assert "not-it" not in ended.stderr


def test_the_command_line_mirrors_and_loads(
    production: Production, s3: S3Folder, deliveries: Path, lake: DataFolder
) -> None:
    ended = command("ingest", str(deliveries), "--lake", s3.address)
    assert f"{s3.address}: 8 deliveries added." in ended.stdout
    ended = command("load", "--target", "prod", MUSIC_WAREHOUSE_LAKE=s3.address)
    assert ended.stdout.startswith("Loaded: 8 deliveries, ")
    assert "there is nothing to load" in command("load", "--target", "local").stderr
    assert "name the lake by --lake" in command("load").stderr


def command(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `music-warehouse` in the environment of the test."""
    return subprocess.run(
        [sys.executable, "-m", "music_warehouse", *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )


def test_missing_variables_are_named() -> None:
    with pytest.raises(UserError, match="set REDSHIFT_DATABASE, REDSHIFT_PASSWORD"):
        Production.from_environment({"REDSHIFT_HOST": "h", "REDSHIFT_USER": "u"})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REDSHIFT_IAM_ROLE", "default' csv"),
        ("REDSHIFT_RAW_SCHEMA", 'raw"'),
        ("REDSHIFT_READER_ROLE", "Reader; drop"),
        ("REDSHIFT_PORT", "http"),
        ("REDSHIFT_SSLMODE", "require"),
    ],
)
def test_a_value_that_would_break_a_statement_is_refused(
    production: Production, variable: str, value: str
) -> None:
    with pytest.raises(UserError, match=variable):
        Production.from_environment({**os.environ, variable: value})


def test_a_password_is_in_no_representation(production: Production) -> None:
    assert production.password not in repr(production)
