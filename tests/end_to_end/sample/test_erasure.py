"""A person is erased from a whole warehouse: no byte of theirs is left in any file."""

import csv
import gzip
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from music_warehouse.paths import DataFolder
from music_warehouse.privacy.key import read_key
from music_warehouse.privacy.pseudonyms import Pseudonyms
from tests.end_to_end.conftest import Warehouse

HISTORY = (
    '[{{"ts": "2026-01-01T10:00:00Z", "ms_played": 61000, "ip_addr": "10.1.2.3",'
    ' "username": "{}", "master_metadata_track_name": "Waterloo",'
    ' "master_metadata_album_artist_name": "ABBA", "skipped": false}}]'
)


@dataclass(frozen=True)
class Person:
    """What tells of one person in the deliveries, and in what is made of them."""

    user_id: str
    key: int
    names: tuple[str, ...]
    card_token: str

    @property
    def texts(self) -> tuple[str, ...]:
        return (*self.names, self.card_token, str(self.key))


@pytest.fixture(scope="module")
def copy(sample: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The built sample and its deliveries, in a data folder that may be changed."""
    data = tmp_path_factory.mktemp("erasure") / "data"
    shutil.copytree(sample.data, data, symlinks=True)
    shutil.copytree(sample.data.with_name("landing"), data / "landing")
    shutil.copytree(sample.target, Warehouse(data, sample.programs).target)
    return Warehouse(data, sample.programs)


@pytest.fixture(scope="module")
def person(copy: Warehouse) -> Person:
    """Somebody who pays by card; one who has handed in an own history too."""
    service = copy.data / "landing" / "service"
    payer = next(
        row for row in rows_of(service / "billing") if row["card_last_4"].strip()
    )
    user = next(
        row for row in rows_of(service / "users") if row["user_id"] == payer["user_id"]
    )
    secret = read_key(DataFolder(copy.data), may_make=False)
    assert secret is not None
    key = Pseudonyms(secret).user_key(user["user_id"])
    history = service / "streaming_history" / user["user_id"]
    history.mkdir(parents=True)
    (history / "Streaming_History_Audio_2026.json").write_text(
        HISTORY.format(user["username"])
    )
    copy.run("ingest", str(copy.data / "landing"))
    [(token,)] = duckdb.execute(
        "select distinct card_token from read_parquet(?) where user_key = ? limit 1",
        [str(copy.data / "lake/service/billing/*.parquet"), key],
    ).fetchall()
    return Person(user["user_id"], key, (user["email"], user["username"]), token)


def rows_of(folder: Path) -> Iterator[dict[str, str]]:
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="") as file:
            yield from csv.DictReader(file)


def tells_of(path: Path, person: Person) -> bool:
    """Whether anything of the person can be read in the file, by whoever opens it."""
    content = path.read_bytes()
    if any(text.encode() in content for text in person.texts):
        return True
    if path.suffix in {".duckdb", ".parquet"}:
        return holds(path, person)
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    return any(text.encode() in content for text in person.texts)


def holds(path: Path, person: Person) -> bool:
    """Whether a row of any table does; both formats compress what they hold."""
    with duckdb.connect() as database:
        if path.suffix == ".parquet":
            table = pq.read_table(io.BytesIO(path.read_bytes()))
            tables = ["parquet_file"] if table.num_columns else []
            database.register("parquet_file", table)
        else:
            database.execute(f"attach '{path}' as file (read_only)")
            tables = [
                f'file."{schema}"."{name}"'
                for schema, name in database.execute(
                    "select schema_name, table_name from duckdb_tables() "
                    "where database_name = 'file'"
                ).fetchall()
            ]
        looked_for = " or ".join("contains(shown, ?)" for _ in person.texts)
        return any(
            database.execute(
                f"select 1 from (select cast(one_row as varchar) as shown "
                f"from {name} as one_row) where {looked_for} limit 1",
                list(person.texts),
            ).fetchall()
            for name in tables
        )


def files_that_tell_of(person: Person, *folders: Path) -> list[str]:
    return [
        path.relative_to(folder).as_posix()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and tells_of(path, person)
    ]


def test_no_file_of_the_data_folder_tells_of_an_erased_person(
    copy: Warehouse, person: Person
) -> None:
    """The deliveries, the lake, the warehouse, what is published, dbt's artefacts."""
    told = files_that_tell_of(person, copy.data, copy.target)
    assert {name.split("/")[0] for name in told} == {
        *("landing", "lake", "privacy", "published", "warehouse.duckdb")
    }

    erased = copy.run("erase", person.user_id)

    assert "every former version is removed" in erased
    assert files_that_tell_of(person, copy.data, copy.target) == []
    folders = (copy.data / "landing/service/streaming_history").glob("*")
    assert [folder.name for folder in folders] == []


def test_a_redelivery_does_not_bring_the_person_back(
    copy: Warehouse, sample: Warehouse, person: Person
) -> None:
    """The sender's files still have the person; they are changed by a line, or their
    bytes would be known."""
    sent = copy.data.with_name("sent") / "service"
    shutil.copytree(sample.data.with_name("landing") / "service", sent)
    for path in sent.rglob("*.csv"):
        path.write_text(path.read_text() + "\n")

    copy.run("ingest", str(sent))

    assert files_that_tell_of(person, copy.data) == []
    published = copy.published().execute(
        "select count(*), count(*) filter (user_key = ?) from dim_users", [person.key]
    )
    [(users, of_person)] = published.fetchall()
    assert users > 1_000
    assert of_person == 0
