"""The service's deliveries: the same bytes however the work and the days are cut."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from music_warehouse.errors import UserError
from music_warehouse.synthetic.service import ServiceDelivery, generate_service

SEED, USERS = 3, 400


def body(paths: list[Path]) -> bytes:
    """The lines of some CSV files without their headers."""
    return b"".join(path.read_bytes().partition(b"\n")[2] for path in paths)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its place."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> ServiceDelivery:
    """Forty days in one go, as a later delivery."""
    out = tmp_path_factory.mktemp("whole")
    return generate_service(out, USERS, SEED, days=40, from_day=date(2026, 5, 10))


@pytest.mark.parametrize("cores", [1, 4])
def test_the_same_seed_gives_the_same_bytes_with_one_worker_or_many(
    whole: ServiceDelivery,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cores: int,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    generate_service(tmp_path, USERS, SEED, days=40, from_day=date(2026, 5, 10))
    assert tree(tmp_path) == tree(whole.truth.parent.parent)


def test_another_seed_gives_other_bytes(whole: ServiceDelivery, tmp_path: Path) -> None:
    other = generate_service(
        tmp_path, USERS, SEED + 1, days=40, from_day=date(2026, 5, 10)
    )
    for table, paths in whole.files.items():
        assert body(other.files[table]) != body(paths)


def test_pieces_in_a_row_deliver_what_one_delivery_of_all_the_days_does(
    whole: ServiceDelivery, tmp_path: Path
) -> None:
    """Cut inside months, after one day and after many."""
    first, pieces = date(2026, 5, 10), []
    for days in (1, 9, 17, 13):
        out = tmp_path / first.isoformat()
        pieces.append(generate_service(out, USERS, SEED, days=days, from_day=first))
        first += timedelta(days=days)
    for table in ("listening_events", "tracks"):
        parts = [path for piece in pieces for path in piece.files.get(table, [])]
        assert body(parts) == body(whole.files[table]) != b""
    late = [next(piece.truth.glob("event_arrivals_*")) for piece in pieces]
    assert body(late) == body(list(whole.truth.glob("event_arrivals_*")))


@pytest.mark.parametrize("table", ["users", "billing"])
def test_pieces_leave_the_same_users_and_payments_in_the_end(
    whole: ServiceDelivery, tmp_path: Path, table: str
) -> None:
    def latest(paths: list[Path]) -> dict[bytes, bytes]:
        lines = body(paths).splitlines()
        return {line.split(b",")[0]: line for line in lines}

    pieces = [
        generate_service(
            tmp_path / "1", USERS, SEED, days=23, from_day=date(2026, 5, 10)
        ),
        generate_service(
            tmp_path / "2", USERS, SEED, days=17, from_day=date(2026, 6, 2)
        ),
    ]
    parts = [path for piece in pieces for path in piece.files[table]]
    assert latest(parts) == latest(whole.files[table])


def test_days_after_a_first_delivery_go_on_in_the_same_world(tmp_path: Path) -> None:
    """A first delivery of 60 days, then of 58 and two more: the plays, users and
    payments are the same in the end, whatever the end is."""
    whole = generate_service(tmp_path / "60", USERS, SEED, days=60)
    later = generate_service(
        tmp_path / "later", USERS, SEED, days=2, from_day=date(2026, 6, 29)
    )
    events = body(whole.files["listening_events"])
    assert events.endswith(body(later.files["listening_events"]))
    users = {
        line.split(b",")[0]: line for line in body(whole.files["users"]).splitlines()
    }
    for line in body(later.files["users"]).splitlines():
        assert users[line.split(b",")[0]] == line
    beyond = generate_service(
        tmp_path / "beyond", USERS, SEED, days=2, from_day=date(2026, 7, 1)
    )
    ids = {line.split(b",")[0] for line in events.splitlines()}
    again = [
        line
        for line in body(beyond.files["listening_events"]).splitlines()
        if b",2026-07-" not in line
    ]
    assert again and beyond.rows["listening_events"] > 5 * len(again)
    on_july_days = beyond.rows["listening_events"] - len(again)
    assert on_july_days > 100
    told = next(beyond.truth.glob("event_arrivals_*")).read_text().splitlines()[1:]
    kinds = {line.split(",")[0].encode(): line.split(",")[1] for line in told}
    for line in again:
        event_id = line.split(b",")[0]
        assert (kinds[event_id] == "late") == (event_id not in ids)


def test_a_later_delivery_holds_changes_only(whole: ServiceDelivery) -> None:
    assert 0 < whole.rows["users"] < USERS / 2
    assert 0 < whole.rows["tracks"] < 100


def test_parquet_holds_what_csv_holds(whole: ServiceDelivery, tmp_path: Path) -> None:
    import duckdb

    made = generate_service(
        tmp_path, USERS, SEED, "parquet", days=40, from_day=date(2026, 5, 10)
    )
    for table, paths in whole.files.items():
        assert [path.stem for path in made.files[table]] == [p.stem for p in paths]
        for path, text in zip(made.files[table], paths, strict=True):
            columns = duckdb.sql(f"describe from '{path}'").fetchall()
            types = {name: kind for name, kind, *_ in columns}
            rows = duckdb.sql(f"from '{path}'").fetchall()
            read = duckdb.read_csv(str(text), dtype=types, header=True).fetchall()
            blank_as_none = [tuple(v if v != "" else None for v in r) for r in rows]
            assert read == blank_as_none


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"users": 0}, "users must be at least 1"),
        ({"seed": -1}, "seed must be 0 or more"),
        ({"days": 0}, "days must be 1 to 912"),
        ({"days": 913}, "days must be 1 to 912"),
        ({"from_day": date(2024, 1, 1)}, "Days from 2024-01-09 to 2027-06-28 can"),
        ({"from_day": date(2027, 6, 27)}, "not 2027-06-27 to 2027-06-29"),
        ({"plays_per_day": 0.5}, "plays a day must be 1 to 60"),
        ({"tracks": 10}, "tracks must be at least 500"),
        ({"file_format": "xml"}, "format must be csv or parquet"),
    ],
)
def test_a_number_out_of_range_is_told_in_a_sentence(
    tmp_path: Path, arguments: dict[str, object], sentence: str
) -> None:
    asked = {"out": tmp_path / "never", "users": 5, "seed": SEED, "days": 3}
    with pytest.raises(UserError, match=sentence):
        generate_service(**{**asked, **arguments})
    assert not (tmp_path / "never").exists()


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(UserError, match="Cannot write the delivery to"):
        generate_service(in_the_way, 5, SEED, days=1)


@pytest.mark.parametrize("users", [1, 30])
def test_a_handful_of_users_is_a_delivery_too(tmp_path: Path, users: int) -> None:
    made = generate_service(tmp_path, users, SEED, days=40)
    assert (
        len({line.split(b",")[0] for line in body(made.files["users"]).splitlines()})
        == users
    )


def test_memory_does_not_grow_with_the_days(tmp_path: Path) -> None:
    """The peak of a process that writes 120 days is that of one that writes 20, and
    what the users' weeks and payments need, far less than the events."""

    def peak(days: int) -> int:
        program = (
            "import resource, sys; from pathlib import Path\n"
            "from music_warehouse.synthetic.service import generate_service\n"
            f"made = generate_service(Path({str(tmp_path / str(days))!r}), 8_000, 1, "
            f"days={days}, plays_per_day=10.0)\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,"
            "sum(p.stat().st_size for p in made.files['listening_events']))"
        )
        ended = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )
        memory, written = (int(word) for word in ended.stdout.split())
        assert written > days * 500_000
        return memory

    # 120 days are more than 100 MB of events.
    assert peak(120) < peak(20) + 40_000_000
