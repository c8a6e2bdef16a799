"""Publishing writes one whole version, and readers see only whole versions."""

import hashlib
import json
import threading
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from music_warehouse.errors import UserError
from music_warehouse.publish import (
    Version,
    current_version,
    find_current,
    find_whole,
    is_as_published,
    publish,
    require_readable,
)


def rows_of(folder: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as marts:
        return marts.execute("select * from plays").fetchall()


def test_a_version_holds_the_public_marts_and_nothing_else(built):
    folder = publish(built.data, built.target, built.root).folder

    assert folder == current_version(built.data)
    assert {file.name for file in folder.iterdir()} == {
        "marts.duckdb",
        "plays.parquet",
        "version.json",
    }
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as marts:
        assert marts.execute(
            "select schema_name, table_name from duckdb_tables()"
        ).fetchall() == [("main", "plays")]


def test_database_and_parquet_hold_the_rows_in_the_order_of_the_key(built):
    built.build(
        "select (i * 7919) % 50000 as listener, date '2024-01-01' as day, i % 3 as n "
        "from range(50000) as numbers(i)"
    )

    folder = publish(built.data, built.target, built.root).folder

    assert [row[0] for row in rows_of(folder)] == list(range(50000))
    parquet = pq.read_table(folder / "plays.parquet")
    assert parquet["listener"].to_pylist() == list(range(50000))


def test_version_json_tells_rows_hashes_and_the_run(built):
    report = publish(built.data, built.target, built.root)

    told = json.loads((report.folder / "version.json").read_text())
    assert told["marts"]["plays"] == {
        "rows": 1,
        "parquet_sha256": hashlib.sha256(
            (report.folder / "plays.parquet").read_bytes()
        ).hexdigest(),
    }
    assert told["dbt_version"] == "1.11.0"
    assert told["id"] == report.folder.name
    assert Version.read(report.folder) == report.version


def test_the_database_opens_with_the_storage_version_of_duckdb_1_4(built):
    folder = publish(built.data, built.target, built.root).folder

    with duckdb.connect() as connection:
        path = folder / "marts.duckdb"
        connection.execute(f"attach '{path}' as published (read_only)")
        ((tags,),) = connection.execute(
            "select tags from duckdb_databases() where database_name = 'published'"
        ).fetchall()
    assert tags["storage_version"].startswith("v1.4")


def test_published_tables_and_columns_are_described_in_the_database(built):
    folder = publish(built.data, built.target, built.root).folder

    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as marts:
        assert marts.execute("select comment from duckdb_tables()").fetchall() == [
            ("One row per listener's day.",)
        ]
        assert marts.execute(
            "select column_name, comment from duckdb_columns() "
            "where not internal order by column_index"
        ).fetchall() == [("listener", "Who listened."), ("day", None)]


def test_publishing_the_same_build_again_makes_no_version(built):
    first = publish(built.data, built.target, built.root)
    second = publish(built.data, built.target, built.root)

    assert (first.is_new, second.is_new) == (True, False)
    assert second.folder == first.folder


@pytest.mark.parametrize("name", ["marts.duckdb", "plays.parquet", "version.json"])
def test_a_damaged_version_is_told_and_published_anew(built, name):
    first = publish(built.data, built.target, built.root)
    (first.folder / name).unlink()
    with pytest.raises(UserError, match=r"is damaged: run `music-warehouse build"):
        Version.read(first.folder)

    second = publish(built.data, built.target, built.root)

    assert second.is_new
    assert Version.read(current_version(built.data)) == second.version


def overwritten_head(content: bytes) -> bytes:
    return b"no database, no Parquet".ljust(64) + content[64:]


def torn(content: bytes) -> bytes:
    return content[: len(content) // 2]


def other_bytes_in_the_middle(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("name", ["marts.duckdb", "plays.parquet"])
@pytest.mark.parametrize(
    ("harm", "is_readable"),
    [(overwritten_head, False), (torn, False), (other_bytes_in_the_middle, True)],
)
def test_a_file_with_other_bytes_is_found_and_published_anew(
    built, name, harm, is_readable
):
    """Whatever tells the file's parts is read by `status`; every byte by `build`."""
    first = publish(built.data, built.target, built.root)
    require_readable(first.folder, first.version)
    assert is_as_published(first.folder, first.version)
    file = first.folder / name
    file.write_bytes(harm(file.read_bytes()))

    if not is_readable:
        with pytest.raises(UserError, match=r"is damaged: run `music-warehouse build"):
            require_readable(first.folder, first.version)
    assert not is_as_published(first.folder, first.version)

    second = publish(built.data, built.target, built.root)
    assert second.is_new
    assert is_as_published(second.folder, second.version)


def test_a_database_of_other_tables_than_the_version_tells_of_is_damaged(built):
    report = publish(built.data, built.target, built.root)
    with duckdb.connect(str(report.folder / "marts.duckdb")) as marts:
        marts.execute("drop table plays")

    with pytest.raises(UserError, match="is damaged"):
        require_readable(report.folder, report.version)


@pytest.mark.parametrize("told", ["", "[]", "{}", '{"marts": 1, "inputs": null}'])
def test_a_broken_version_json_counts_as_no_version(built, told):
    folder = publish(built.data, built.target, built.root).folder
    (folder / "version.json").write_text(told)

    assert find_whole(built.data) is None
    assert publish(built.data, built.target, built.root).is_new


def test_the_last_three_versions_are_kept(built):
    ids = []
    for listener in range(5):
        built.build(f"select {listener} as listener, date '2024-01-01' as day")
        ids.append(publish(built.data, built.target, built.root).version.id)

    kept = sorted(
        folder.name for folder in (built.data.published / "versions").iterdir()
    )
    assert kept == ids[-3:]
    assert find_current(built.data).name == ids[-1]


def test_without_links_a_pointer_file_leads_to_the_version(built, no_links):
    folder = publish(built.data, built.target, built.root).folder

    assert not (built.data.published / "current").exists()
    assert (built.data.published / "current.txt").read_text() == (
        f"versions/{folder.name}\n"
    )
    assert current_version(built.data) == folder


def test_a_pointer_gives_way_to_a_link_and_back(built):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.symlink", _refuse)
        publish(built.data, built.target, built.root)
    built.build()
    linked = publish(built.data, built.target, built.root).folder
    assert current_version(built.data) == linked
    assert not (built.data.published / "current.txt").exists()

    built.build()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.symlink", _refuse)
        pointed = publish(built.data, built.target, built.root).folder
    assert current_version(built.data) == pointed != linked


def _refuse(*_: object, **__: object) -> None:
    raise OSError


def test_without_a_version_the_reader_is_told_what_to_run(tmp_path, built):
    with pytest.raises(UserError, match=r"Nothing is published.*music-warehouse build"):
        current_version(built.data)


def test_readers_during_swaps_see_whole_versions_and_no_error(built):
    """Each version holds its number three times, in two files: a reader that saw
    two versions at once would read different numbers."""
    seen: set[int] = set()
    failures: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.wait(0.02):
            try:
                folder = current_version(built.data)
                ((listener, _, number),) = rows_of(folder)
                parquet = pq.read_table(folder / "plays.parquet").to_pylist()[0]
                told = Version.read(folder).id
                numbers = {listener, number, parquet["listener"], parquet["number"]}
                if len(numbers) != 1 or told != folder.name:
                    failures.append(f"{folder.name}: {numbers}")
                seen.update(numbers)
            except Exception as error:
                failures.append(repr(error))

    def make(number: int) -> None:
        built.build(
            f"select {number} as listener, date '2024-01-01' as day, {number} as number"
        )
        publish(built.data, built.target, built.root)

    make(0)
    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 5):
        make(number)
    done.set()
    for reader in readers:
        reader.join()

    assert failures == []
    assert len(seen) > 1
