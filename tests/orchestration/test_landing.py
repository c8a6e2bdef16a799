"""What is new among landed files; nothing here needs Dagster."""

import os
import shutil
from pathlib import Path

import pytest

from music_warehouse.ingest import ingest_paths, read_ledger
from music_warehouse.ingest.lake import REJECTS, file_name
from music_warehouse.ingest.ledger import REJECTED
from music_warehouse.paths import DataFolder
from orchestration.lib.lake_tables import unreconciled
from orchestration.lib.landing import (
    SETTLED_SECONDS,
    LandedFile,
    landed_files,
    news,
    without_names,
)

USERS = "user_id,country,total_scrobbles\n"
NOW = 2_000_000_000.0


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A data folder with one landed file."""
    data = DataFolder(tmp_path / "data")
    land(data, "monday.csv", USERS + "1,Germany,7\n")
    return data


def land(data: DataFolder, name: str, text: str, age: float = 60.0) -> Path:
    """Let a file land, written to last `age` seconds before NOW."""
    file = data.landing / "listening" / "users" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (NOW - age, NOW - age))
    return file


def ready(data: DataFolder) -> list[str]:
    """The names of the files that would be taken in now."""
    found = news(landed_files(data), read_ledger(data), NOW)
    return [file.path.name for file in found.ready]


def test_a_file_is_new_until_it_is_in_the_ledger(data: DataFolder) -> None:
    assert ready(data) == ["monday.csv"]

    ingest_paths([data.landing], data)

    assert ready(data) == []
    land(data, "tuesday.csv", USERS + "2,France,8\n")
    assert ready(data) == ["tuesday.csv"]


def test_a_refused_file_is_not_taken_again_until_it_is_mended(data: DataFolder) -> None:
    land(data, "broken.csv", "no,header,of,ours\n1,2,3,4\n")
    ingest_paths([data.landing], data)
    assert {entry.state for entry in read_ledger(data)} == {"loaded", "rejected"}

    assert ready(data) == []
    land(data, "broken.csv", USERS + "3,Spain,9\n")
    assert ready(data) == ["broken.csv"]


def test_the_same_bytes_under_another_name_and_time_are_not_new(
    data: DataFolder,
) -> None:
    ingest_paths([data.landing], data)
    land(data, "again.csv", USERS + "1,Germany,7\n")

    assert ready(data) == []


def test_the_same_export_of_another_listener_is_new(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSIC_WAREHOUSE_KEY", "k" * 32)
    history = "../../service/streaming_history/{}/StreamingHistory0.json"
    play = '[{"endTime": "2022-09-21 00:02", "msPlayed": 1}]'
    land(data, history.format("anna"), play)
    assert len(ready(data)) == 2
    ingest_paths([data.landing], data)
    assert ready(data) == []

    land(data, history.format("bob"), play)
    assert ready(data) == ["StreamingHistory0.json"]
    ingest_paths([data.landing], data)
    assert ready(data) == []


def test_a_file_that_is_still_written_waits(data: DataFolder) -> None:
    def arriving(age: float) -> bool:
        land(data, "monday.csv", USERS, age)
        found = news(landed_files(data), [], NOW)
        assert len(found.arriving) + len(found.ready) == 1
        return bool(found.arriving)

    assert arriving(SETTLED_SECONDS - 0.1)
    assert not arriving(SETTLED_SECONDS)
    assert arriving(-1.0)
    assert not arriving(-3600.0), "a clock that is ahead must not hold it up for ever"


def test_a_file_of_no_source_table_is_none(data: DataFolder) -> None:
    (data.landing / "notes.txt").write_text("nothing")
    (data.landing / "listening" / "users" / ".monday.csv.part").write_text("half")

    assert ready(data) == ["monday.csv"]
    shutil.rmtree(data.landing)
    assert ready(data) == []


def test_only_a_file_of_a_known_size_is_hashed_and_that_once(data: DataFolder) -> None:
    ingest_paths([data.landing], data)
    land(data, "longer.csv", USERS + "1,Germany,70\n")
    hashed: list[str] = []

    def sha256(path: Path) -> str:
        hashed.append(path.name)
        return read_ledger(data)[0].file_sha256

    files, ledger = landed_files(data), read_ledger(data)
    first = news(files, ledger, NOW, sha256=sha256)
    assert hashed == ["monday.csv"]
    news(files, ledger, NOW, first.known, sha256)
    assert hashed == ["monday.csv"]


def test_a_touched_file_is_looked_at_anew(data: DataFolder) -> None:
    ingest_paths([data.landing], data)
    known = news(landed_files(data), read_ledger(data), NOW).known
    land(data, "monday.csv", USERS + "1,Germany,8\n", age=50.0)

    found = news(landed_files(data), read_ledger(data), NOW, known)

    assert [file.path.name for file in found.ready] == ["monday.csv"]


def test_a_key_is_of_the_files_and_hides_their_names(data: DataFolder) -> None:
    def key(*files: LandedFile) -> str:
        return news(files, [], NOW).key

    [monday] = landed_files(data)
    land(data, "tuesday.csv", USERS)
    other = next(f for f in landed_files(data) if f != monday)

    assert key(monday) == key(monday) != key(other)
    assert key(monday, other) == key(other, monday) != key(monday)
    assert "monday" not in monday.fingerprint + key(monday)


def test_a_sentence_is_shown_without_the_names_of_files() -> None:
    landing = Path("/data/landing")
    told = "/data/landing/service/streaming_history/anna/2024.json is not a file."

    assert without_names(told, landing) == (
        "landing/service/streaming_history is not a file."
    )
    assert without_names("Nothing to hide.", landing) == "Nothing to hide."


def test_lines_add_up_where_a_file_was_refused_whole_and_not_where_rows_are_missing(
    data: DataFolder,
) -> None:
    """A refused file has one row among the rejects, however many lines it has."""
    land(data, "nonsense.csv", "nonsense\n1\n2\n3\n")
    ingest_paths([data.landing], data)
    entries = read_ledger(data)
    [refused] = [entry for entry in entries if entry.state == REJECTED]

    assert refused.rows_rejected == 3
    assert unreconciled(data.lake, entries) == []

    (data.lake / REJECTS / file_name(refused.file_seq)).unlink()
    assert unreconciled(data.lake, entries) == [refused.file_seq]
