"""After any history of deliveries, building what they touched equals building all."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import Warehouse

MBIDS = {
    name: f"{number:08x}-0000-4000-8000-000000000000"
    for number, name in enumerate(["Alpha", "Beta", "Gamma", "Delta"], 1)
}
# One artist in several spellings, joint credits, and one no delivery has an id for.
NAMES = [
    *MBIDS,
    *(f"{name.upper()} " for name in MBIDS),
    "Alpha feat. Beta",
    "Gamma & Delta",
    "Nobody",
]
COUNTRIES = ["Germany", "Brazil", "Namibia", "Atlantis", ""]


class History:
    """Deliveries of a few users, each of a random kind, in random order."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._random = random.Random(seed)
        self._folder = folder
        self._delivered: list[Path] = []
        self._users = 0

    def deliveries(self, count: int) -> Iterator[Path]:
        """Write one delivery after the other."""
        for number in range(count):
            kinds = [self._new_users, self._new_users]
            if self._users:
                kinds += [self._corrected_lists, self._moved_users, self._repeated]
            yield self._random.choice(kinds)(number)

    def _new_users(self, number: int) -> Path:
        first = self._users + 1
        self._users += self._random.randint(5, 15)
        users = range(first, self._users + 1)
        known = [user for user in users if self._random.random() < 0.8]
        if self._random.random() < 0.7:
            self._write_users(number, known)
        return self._write_lists(number, users)

    def _corrected_lists(self, number: int) -> Path:
        return self._write_lists(number, self._some_users())

    def _moved_users(self, number: int) -> Path:
        return self._write_users(number, self._some_users())

    def _repeated(self, number: int) -> Path:
        former = self._random.choice(self._delivered)
        copy = self._folder / former.parent.name / f"again_{number}.csv"
        copy.write_bytes(former.read_bytes())
        return copy

    def _some_users(self) -> list[int]:
        count = self._random.randint(1, self._users)
        return sorted(self._random.sample(range(1, self._users + 1), count))

    def _write_users(self, number, users) -> Path:
        rows = [(user, self._random.choice(COUNTRIES), 1000) for user in users]
        header = ("user_id", "country", "total_scrobbles")
        return self._write("users", number, header, rows)

    def _write_lists(self, number, users) -> Path:
        rows = []
        for user in users:
            names = self._random.choices(NAMES, k=self._random.randint(1, 8))
            for rank, name in enumerate(names, 1):
                # Ids come late: a name may be known only from a later delivery on.
                known = self._random.random() < 0.2 + 0.2 * number
                mbid = MBIDS.get(name.strip().capitalize(), "") if known else ""
                rows.append((user, rank, name, self._random.randint(0, 99), mbid))
        header = ("user_id", "rank", "artist_name", "playcount", "mbid")
        return self._write("user_top_artists", number, header, rows)

    def _write(self, table, number, header, rows) -> Path:
        path = self._folder / table / f"delivery_{number}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        self._delivered.append(path)
        return path


def tables_of(warehouse: Warehouse) -> dict[str, list[tuple]]:
    """Every row of every mart, and of the incremental table below them."""
    path = str(warehouse.data / "warehouse.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        plays = connection.execute(
            "select user_key, artist_key, playcount "
            "from intermediate.int_user_artist_plays order by all"
        ).fetchall()
        return {"int_user_artist_plays": plays} | {
            name: connection.execute(
                f"select * from marts.{name} order by all"
            ).fetchall()
            for (name,) in names
        }


def check_history(
    seed: int, deliveries: int, folder: Path, programs: Path, *, every: int = 1
) -> None:
    """Ingest and build one delivery after the other; after `every` so many a second
    warehouse on the same lake is built from nothing."""
    incremental = Warehouse(folder / "incremental", programs)
    refreshed = Warehouse(folder / "refreshed", programs)
    refreshed.data.mkdir(parents=True)
    (refreshed.data / "lake").symlink_to(incremental.data / "lake")
    history = History(seed, folder / "landing" / "listening")
    kinds = ("--resource-type", "seed", "--resource-type", "model")
    # Nothing of the service is delivered; its histories are tested beside.
    which = ("--select", "+group:listening", "+group:core", "rejected_rows")
    # The Python models and what they feed are made anew from the plays.
    words = ("build", *kinds, *which, "--exclude", "group:similarity+")
    for number, _ in enumerate(history.deliveries(deliveries), 1):
        incremental.run("ingest", str(folder / "landing"))
        incremental.run(*words, program="dbt")
        if number % every:
            continue
        refreshed.run(*words, "--full-refresh", program="dbt")
        built, expected = tables_of(incremental), tables_of(refreshed)
        assert built["agg_artist_country"]
        for table in expected:
            assert built[table] == expected[table], f"seed {seed}, {number}: {table}"


def test_a_history_of_deliveries_equals_a_full_refresh(tmp_path, programs):
    check_history(5, 4, tmp_path, programs, every=4)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(30))
def test_histories_of_deliveries_equal_full_refreshes(tmp_path, programs, seed):
    check_history(seed, 6, tmp_path, programs)
