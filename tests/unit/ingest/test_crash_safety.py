"""Killed at any moment, and two at once: the lake holds whole files or none."""

import hashlib
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from music_warehouse.errors import UserError
from music_warehouse.ingest import load
from music_warehouse.ingest.ledger import Ledger

HEADER = b"user_id,rank,artist_name,playcount,mbid\n"
FILES, ROWS = 4, 40_000
INGEST = (
    "import sys; from pathlib import Path\n"
    "from music_warehouse.ingest import ingest_paths\n"
    "from music_warehouse.paths import DataFolder\n"
    "data = DataFolder(Path(sys.argv[1]))\n"
    "print('ready', flush=True)\n"
    "ingest_paths([data.landing], data)\n"
)


def land_files(warehouse) -> None:
    for number in range(FILES):
        lines = [
            b"%d,%d,Artist %d,%d," % (number * ROWS + i // 50, i % 50 + 1, i % 999, i)
            for i in range(ROWS)
        ]
        lines[number] = b"broken"
        content = HEADER + b"\n".join(lines)
        warehouse.land(f"listening/user_top_artists/{number}.csv", content)


def start(root: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", INGEST, str(root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def check_consistent(warehouse) -> None:
    entries = [entry for entry in warehouse.ledger() if entry.state == "loaded"]
    for entry in entries:
        content = (warehouse.data.lake / entry.lake_path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry.lake_sha256
    loaded = {entry.file_seq for entry in entries}
    expected = len(loaded) * (ROWS - 1)
    rows = warehouse.rows("listening/user_top_artists", "file_seq")
    assert sum(seq in loaded for (seq,) in rows) == expected
    counted = warehouse.rows("names/artist_spellings", "file_seq", "row_count")
    assert sum(count for seq, count in counted if seq in loaded) == expected
    rejects = warehouse.rows("rejects", "file_seq")
    assert sum(seq in loaded for (seq,) in rejects) == len(loaded)


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_ingest_leaves_whole_files_and_the_next_completes(
    warehouse, seed: int
) -> None:
    land_files(warehouse)
    chance = random.Random(seed)
    for _ in range(3):
        process = start(warehouse.data.root)
        time.sleep(chance.uniform(0.0, 0.8))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        check_consistent(warehouse)
    warehouse.ingest()
    check_consistent(warehouse)
    loaded = {e.file_name for e in warehouse.ledger() if e.state == "loaded"}
    assert loaded == {f"{number}.csv" for number in range(FILES)}
    assert len(warehouse.artists()) == FILES * (ROWS - 1)
    assert not [name for name in warehouse.lake_files() if ".tmp" in name]


def test_orphans_of_a_killed_ingest_are_cleared_away(warehouse) -> None:
    warehouse.deliver_artists(HEADER + b"1,1,ABBA,1,\n")
    before = warehouse.lake_files()
    lake = warehouse.data.lake
    for name in (
        "listening/user_top_artists/000002.parquet",
        "names/artist_spellings/000002.parquet",
        "rejects/000002.parquet.tmp",
        "listening/user_top_artists/000002.parquet.unique",
        "ledger/ledger.parquet.tmp",
    ):
        (lake / name).write_bytes(b"torn")
    warehouse.ingest()
    assert warehouse.lake_files() == before


def test_a_lake_without_its_ledger_is_left_alone(warehouse) -> None:
    warehouse.deliver_artists(HEADER + b"1,1,ABBA,1,\n")
    (warehouse.data.lake / "ledger/ledger.parquet").unlink()
    before = warehouse.lake_files()
    with pytest.raises(UserError, match="restore the ledger"):
        warehouse.ingest()
    assert warehouse.lake_files() == before


def test_files_that_an_older_ledger_does_not_know_are_left_alone(warehouse) -> None:
    warehouse.deliver_artists(HEADER + b"1,1,ABBA,1,\n", "1.csv")
    ledger = warehouse.data.lake / "ledger/ledger.parquet"
    older = ledger.read_bytes()
    warehouse.deliver_artists(HEADER + b"2,1,ABBA,1,\n", "2.csv")
    warehouse.deliver_artists(HEADER + b"3,1,ABBA,1,\n", "3.csv")
    ledger.write_bytes(older)
    before = warehouse.lake_files()
    with pytest.raises(UserError, match=r"ends at delivery 1, .*000003\.parquet"):
        warehouse.ingest()
    assert warehouse.lake_files() == before
    assert len(warehouse.artists()) == 3


def test_a_second_ingest_at_the_same_time_is_told_so(warehouse) -> None:
    warehouse.deliver_artists(HEADER + b"1,1,ABBA,1,\n")
    with (
        FileLock(warehouse.data.lake / ".ingest.lock"),
        pytest.raises(UserError, match="Another ingest is writing"),
    ):
        warehouse.ingest()
    assert len(warehouse.ledger()) == 1


def test_of_two_ingests_at_once_each_file_is_taken_once(warehouse) -> None:
    land_files(warehouse)
    processes = [start(warehouse.data.root) for _ in range(2)]
    for process in processes:
        process.communicate()
    check_consistent(warehouse)
    loaded = [e.file_name for e in warehouse.ledger() if e.state == "loaded"]
    assert sorted(loaded) == [f"{number}.csv" for number in range(FILES)]


def test_a_lake_that_cannot_be_written_is_a_users_mistake(warehouse) -> None:
    path = warehouse.land("listening/user_top_artists/a.csv", HEADER)
    warehouse.data.lake.write_bytes(b"a file where the folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        warehouse.ingest(path)


def test_a_damaged_ledger_stops_the_ingest(warehouse) -> None:
    warehouse.deliver_artists(HEADER + b"1,1,ABBA,1,\n")
    (warehouse.data.lake / "ledger/ledger.parquet").write_bytes(b"PAR1torn")
    with pytest.raises(UserError, match="is damaged"):
        warehouse.ingest()


def test_tiny_files_are_committed_several_at_a_time(warehouse, monkeypatch) -> None:
    for number in range(50):
        content = HEADER + b"%d,1,ABBA,1,\n" % number
        warehouse.land(f"listening/user_top_artists/{number}.csv", content)
    commits = 0

    def counted(ledger: Ledger) -> None:
        nonlocal commits
        commits += 1
        commit(ledger)

    commit = Ledger.commit
    monkeypatch.setattr(Ledger, "commit", counted)
    monkeypatch.setattr("music_warehouse.ingest._COMMIT_EVERY_SECONDS", 1e9)
    warehouse.ingest()
    assert commits == 1
    assert [entry.file_seq for entry in warehouse.ledger()] == list(range(1, 51))
    assert len(warehouse.artists()) == 50
    assert "ledger/uncommitted" not in warehouse.lake_files()


def test_the_same_bytes_among_uncommitted_files_are_a_duplicate(
    warehouse, monkeypatch
) -> None:
    monkeypatch.setattr("music_warehouse.ingest._COMMIT_EVERY_SECONDS", 1e9)
    for name in ("a.csv", "b.csv"):
        warehouse.land(f"listening/user_top_artists/{name}", HEADER + b"1,1,ABBA,1,\n")
    warehouse.ingest()
    first, second = warehouse.ledger()
    assert (second.state, second.duplicate_of_file_seq) == ("duplicate", 1)
    assert second.detail == "The same bytes as delivery 1, a.csv."
    assert first.state == "loaded"


def test_an_ingest_that_stops_at_a_file_keeps_those_before(
    warehouse, monkeypatch
) -> None:
    monkeypatch.setattr("music_warehouse.ingest._COMMIT_EVERY_SECONDS", 1e9)
    for number in (1, 2, 3):
        content = HEADER + b"%d,1,ABBA,1,\n" % number
        path = warehouse.land(f"listening/user_top_artists/{number}.csv", content)
    store = load.store_rows

    def full_disk(*arguments) -> None:
        if arguments[-1] == 3:
            raise OSError(28, "No space left on device")
        return store(*arguments)

    monkeypatch.setattr(load, "store_rows", full_disk)
    with pytest.raises(UserError, match=f"{path} could not be ingested: No space"):
        warehouse.ingest()
    assert [entry.file_seq for entry in warehouse.ledger()] == [1, 2]
    assert "ledger/uncommitted" not in warehouse.lake_files()


def test_several_uncommitted_deliveries_of_a_killed_ingest_are_cleared_away(
    warehouse,
) -> None:
    warehouse.deliver_artists(HEADER + b"1,1,ABBA,1,\n")
    before = warehouse.lake_files()
    lake = warehouse.data.lake
    (lake / "ledger/uncommitted").write_text("1")
    for file_seq in (2, 3, 4):
        (lake / f"listening/user_top_artists/00000{file_seq}.parquet").write_bytes(b"")
    warehouse.ingest()
    assert warehouse.lake_files() == before


def test_a_ledger_older_than_what_a_killed_ingest_had_begun_with_is_told(
    warehouse,
) -> None:
    warehouse.deliver_artists(HEADER + b"1,1,ABBA,1,\n", "1.csv")
    ledger = warehouse.data.lake / "ledger/ledger.parquet"
    older = ledger.read_bytes()
    for number in (2, 3):
        warehouse.deliver_artists(HEADER + b"%d,1,ABBA,1,\n" % number, f"{number}.csv")
    (warehouse.data.lake / "ledger/uncommitted").write_text("3")
    ledger.write_bytes(older)
    before = warehouse.lake_files()
    with pytest.raises(UserError, match=r"ends at delivery 1, .*000003\.parquet"):
        warehouse.ingest()
    assert warehouse.lake_files() == before


def test_tiny_files_of_an_ingest_killed_between_commits_come_again(warehouse) -> None:
    for number in range(400):
        content = HEADER + b"%d,1,ABBA,1,\n" % number
        warehouse.land(f"listening/user_top_artists/{number}.csv", content)
    chance = random.Random(7)
    for _ in range(3):
        process = start(warehouse.data.root)
        time.sleep(chance.uniform(0.2, 1.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    warehouse.ingest()
    loaded = [e.file_name for e in warehouse.ledger() if e.state == "loaded"]
    assert sorted(loaded) == sorted(f"{number}.csv" for number in range(400))
    assert len(warehouse.artists()) == 400
    assert (
        sum(count for (count,) in warehouse.rows("names/artist_spellings", "row_count"))
        == 400
    )
