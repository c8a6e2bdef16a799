"""Deliveries over time: which table they are for, repeated and corrected files."""

import gzip
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from music_warehouse.errors import UserError
from music_warehouse.ingest import read_ledger
from music_warehouse.paths import DataFolder

ARTISTS = b"user_id,rank,artist_name,playcount,mbid\n1,1,ABBA,10,\n\n1,2,,9,\n"
USERS = b"user_id,country,total_scrobbles\n1,Germany,10\n"
UNPRIVILEGED = 65534


def test_the_same_bytes_again_are_a_duplicate_and_load_nothing(warehouse) -> None:
    warehouse.deliver_artists(ARTISTS, "monday.csv")
    before = warehouse.lake_files()
    report = warehouse.deliver_artists(ARTISTS, "tuesday.csv")
    assert [r.path.name for r in warehouse.ingest().files] == [
        "monday.csv",
        "tuesday.csv",
    ]
    assert (report.state, report.duplicate_of_file_seq) == ("duplicate", 1)
    assert (report.rows_loaded, report.rows_rejected, report.rows_repeated) == (0, 0, 2)
    assert warehouse.lake_files() == before
    first, *later = warehouse.ledger()
    assert (first.line_count, first.rows_loaded, first.rows_rejected) == (4, 1, 1)
    for entry in later:
        assert (entry.line_count, entry.header_lines, entry.blank_lines) == (4, 1, 1)
        assert (entry.rows_repeated, entry.lake_path) == (2, None)


def test_old_bytes_after_a_correction_are_still_a_duplicate(warehouse) -> None:
    corrected = ARTISTS.replace(b"ABBA,10", b"ABBA,99")
    for content in (ARTISTS, corrected, ARTISTS):
        last = warehouse.deliver_artists(content)
    assert (last.state, last.duplicate_of_file_seq) == ("duplicate", 1)
    seqs = warehouse.rows("listening/user_top_artists", "file_seq", "playcount")
    assert seqs == [(1, 10), (2, 99)]


def test_a_corrected_file_of_the_same_size_is_loaded_beside(warehouse) -> None:
    warehouse.deliver_artists(ARTISTS)
    report = warehouse.deliver_artists(ARTISTS.replace(b"ABBA", b"BABA"))
    assert (report.state, report.file_seq) == ("loaded", 2)


def test_the_same_bytes_for_another_table_are_no_duplicate(warehouse) -> None:
    content = b"user_id,rank,artist_name,track_name,album_name,playcount,mbid\n"
    content += b"1,1,ABBA,Waterloo,Waterloo,3,\n"
    warehouse.deliver("listening/user_top_artists/a.csv", content)
    report = warehouse.deliver("listening/user_top_tracks/a.csv", content)
    assert report.state == "loaded"


def test_a_rejected_file_is_looked_at_again_when_it_comes_again(warehouse) -> None:
    torn = gzip.compress(ARTISTS, mtime=0)[:-4]
    for _ in range(2):
        assert warehouse.deliver_artists(torn, "a.csv.gz").state == "rejected"
    assert [entry.file_seq for entry in warehouse.ledger()] == [1, 2]


def test_users_come_before_lists_and_then_the_order_is_by_path(warehouse) -> None:
    for name in ("b.csv", "a.csv"):
        warehouse.land(f"listening/user_top_artists/{name}", ARTISTS + name.encode())
    warehouse.land("listening/users/z.csv", USERS)
    names = [report.path.name for report in warehouse.ingest().files]
    assert names == ["z.csv", "a.csv", "b.csv"]


def test_numbers_in_names_order_by_their_value(warehouse) -> None:
    for name in ("day_10", "day_9", "2024/day_1", "day_09", "Day_1", "10/a", "9/a"):
        content = USERS + name.encode()
        warehouse.land(f"listening/users/{name.replace('/', '_')}.csv", content)
    names = [report.path.stem for report in warehouse.ingest().files]
    assert names == ["9_a", "10_a", "2024_day_1", "Day_1", "day_09", "day_9", "day_10"]


def test_symbolic_links_to_folders_are_followed(warehouse, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "users.csv").write_bytes(USERS)
    warehouse.land("listening/user_top_artists/a.csv", ARTISTS)
    (warehouse.data.landing / "archive").symlink_to(store)
    (warehouse.data.landing / "listening/users").symlink_to(store)
    found = warehouse.ingest()
    assert [r.path.name for r in found.files] == ["users.csv", "a.csv"]
    assert found.ignored == ()


def test_a_symbolic_link_to_a_folder_above_is_listed_as_ignored(warehouse) -> None:
    path = warehouse.land("listening/users/u.csv", USERS)
    loop = path.parent / "again"
    loop.symlink_to(warehouse.data.landing)
    (path.parent / "itself").symlink_to(path.parent / "itself")
    found = warehouse.ingest()
    assert [r.path for r in found.files] == [path]
    assert {i.path.name: i.reason.split(",")[0] for i in found.ignored} == {
        "again": "it leads back to a folder that it lies in.",
        "itself": "its name ends in none of .csv",
    }


@pytest.mark.parametrize("name", ["u.csv.part", "README.md", "users", "u.dat"])
def test_other_kinds_of_files_in_a_tables_folder_are_ignored(
    warehouse, name: str
) -> None:
    path = warehouse.land(f"listening/users/{name}", USERS)
    for declared in (None, "listening.users"):
        found = warehouse.ingest(path.parent, declared=declared)
        assert (found.files, [i.path for i in found.ignored]) == ((), [path])
    with pytest.raises(UserError, match="its name ends in none of"):
        warehouse.ingest(path)
    (report,) = warehouse.ingest(path, declared="listening.users").files
    assert report.state == "loaded"


@pytest.mark.parametrize(
    "name",
    [
        "listening/users/anything.v1.2.csv",
        "listening/users.csv",
        "listening/users.csv.gz",
        "somewhere/users.tsv",
        "Users.CSV",
    ],
)
def test_folder_or_name_tells_the_table(warehouse, name: str) -> None:
    content = gzip.compress(USERS, mtime=0) if name.endswith(".gz") else USERS
    assert warehouse.deliver(name, content).table == "users"


def test_a_file_that_belongs_nowhere_is_listed_as_ignored(warehouse) -> None:
    warehouse.land("listening/users.csv", USERS)
    warehouse.land("notes.csv", b"x")
    warehouse.land("listening/podcasts.csv", b"x")
    warehouse.land("users.pdf", b"x")
    warehouse.land("listening/_truth/users.csv", USERS)
    warehouse.land("listening/.part.csv", USERS)
    report = warehouse.ingest()
    assert [r.path.name for r in report.files] == ["users.csv"]
    assert {i.path.name: i.reason.split(",")[0] for i in report.ignored} == {
        "notes.csv": "neither its folder nor its name tells a source table; "
        "say which with --as.",
        "podcasts.csv": "the source listening has no table podcasts.",
        "users.pdf": "its name ends in none of .csv",
    }
    assert len(warehouse.ledger()) == 1


def test_a_declared_table_is_for_files_that_tell_none(warehouse) -> None:
    path = warehouse.land("export.csv", USERS)
    (report,) = warehouse.ingest(path, declared="listening.users").files
    assert (report.table, report.state) == ("users", "loaded")


@pytest.mark.parametrize(
    ("name", "declared", "sentence"),
    [
        ("export.csv", None, "was not ingested"),
        ("export.csv", "listening.podcasts", "There is no source table"),
        ("listening/users.csv", "listening.user_top_tracks", "looks like a file of"),
    ],
)
def test_a_file_whose_table_is_not_clear_is_a_users_mistake(
    warehouse, name: str, declared: str | None, sentence: str
) -> None:
    path = warehouse.land(name, USERS)
    with pytest.raises(UserError, match=sentence):
        warehouse.ingest(path, declared=declared)
    assert not warehouse.data.lake.exists()


def test_a_path_that_does_not_exist_stops_before_anything_is_loaded(warehouse) -> None:
    path = warehouse.land("listening/users.csv", USERS)
    with pytest.raises(UserError, match=r"nowhere does not exist\."):
        warehouse.ingest(path, path.parent / "nowhere")
    assert not warehouse.data.lake.exists()


@pytest.mark.parametrize("locked", ["listening/users", "listening/users/u.csv"])
def test_what_cannot_be_read_stops_before_anything_is_loaded(locked: str) -> None:
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from music_warehouse.errors import UserError\n"
        "from music_warehouse.ingest import ingest_paths\n"
        "from music_warehouse.paths import DataFolder\n"
        "if os.geteuid() == 0: os.setuid(int(sys.argv[2]))\n"
        "data = DataFolder(Path(sys.argv[1]))\n"
        "try: ingest_paths([data.landing], data)\n"
        "except UserError as error: print(error)\n"
    )
    # The test may run as root, who may read anything: the ingest then runs as another
    # user, who could not pass through pytest's own folders.
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        data = DataFolder(Path(folder, "data"))
        for name in ("user_top_artists/a.csv", "users/u.csv"):
            path = data.landing / "listening" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(USERS)
        target = data.landing / locked
        target.chmod(0)
        try:
            ran = subprocess.run(
                [sys.executable, "-c", code, str(data.root), str(UNPRIVILEGED)],
                capture_output=True,
                text=True,
                check=True,
            )
        finally:
            target.chmod(0o755)
        assert ran.stdout == f"{target} cannot be read: Permission denied.\n"
        assert not data.lake.exists()


def test_a_file_given_twice_is_delivered_once(warehouse) -> None:
    path = warehouse.land("listening/users.csv", USERS)
    assert len(warehouse.ingest(path, path.parent, path).files) == 1


def test_nothing_ingested_yet_is_an_empty_ledger(tmp_path: Path) -> None:
    assert read_ledger(DataFolder(tmp_path / "none")) == []


def test_arrival_times_can_be_fixed_and_then_the_lake_repeats(
    make_warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    landing = make_warehouse("landing")
    for table, content in (("user_top_artists", ARTISTS), ("users", USERS)):
        landing.land(f"listening/{table}/a.csv", content)
    lakes = []
    for name in ("one", "two"):
        warehouse = make_warehouse(name)
        warehouse.ingest(landing.data.landing)
        files = sorted(warehouse.lake_files())
        lakes.append({f: (warehouse.data.lake / f).read_bytes() for f in files})
        assert str(warehouse.ledger()[0].arrived_at) == "2023-11-14 22:13:20"
    assert lakes[0] == lakes[1]


def test_a_time_that_is_no_time_is_a_users_mistake(
    warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UserError, match="SOURCE_DATE_EPOCH"):
        warehouse.deliver_artists(ARTISTS)


def test_an_entry_whose_lines_do_not_add_up_cannot_be_recorded(warehouse) -> None:
    warehouse.deliver_artists(ARTISTS)
    (entry,) = warehouse.ledger()
    with pytest.raises(AssertionError, match="4 lines, 3 accounted for"):
        replace(entry, rows_rejected=0)


def test_a_delivery_is_known_by_its_path_from_wherever_it_is_named(
    warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = warehouse.land("listening/users.csv", USERS)
    monkeypatch.chdir(path.parent)
    warehouse.ingest(Path("users.csv"))
    assert warehouse.ledger()[0].file_path == path.absolute().as_posix()
