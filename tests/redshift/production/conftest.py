"""A small lake, a folder of S3 and a database of Redshift of each test's own."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from music_warehouse.ingest import ingest_paths
from music_warehouse.paths import DataFolder
from music_warehouse.production.connection import Production
from music_warehouse.production.s3_lake import S3Folder
from music_warehouse.synthetic.listening import generate_listening

BUCKET = "warehouse"


@pytest.fixture(scope="module")
def redshift(stand_in: dict[str, str]) -> Iterator[Production]:
    """Production as the environment tells of it; the environment is this process's."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stand_in.items():
            patch.setenv(name, value)
        yield Production.from_environment()


@contextmanager
def empty_database(redshift: Production) -> Iterator[Production]:
    """A database of its own, known to the environment as the one."""
    name = f"production_{uuid.uuid4().hex[:12]}"
    with redshift.session() as session:
        session.execute(f"create database {name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDSHIFT_DATABASE", name)
        yield replace(redshift, database=name)
    with redshift.session() as session:
        session.execute(f"drop database {name}")


def empty_folder() -> S3Folder:
    """A folder of S3 of its own."""
    return S3Folder(f"s3://{BUCKET}/lakes/{uuid.uuid4().hex}")


@pytest.fixture
def production(redshift: Production) -> Iterator[Production]:
    """An empty database."""
    with empty_database(redshift) as found:
        yield found


@pytest.fixture
def s3(redshift: Production) -> Iterator[S3Folder]:
    """An empty folder of S3."""
    with empty_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of 60 users, with a broken line in one of them."""
    folder = tmp_path_factory.mktemp("landing")
    generate_listening(folder, 60, 1, "csv")
    with (folder / "listening/users/users.csv").open("a", encoding="utf-8") as file:
        file.write("no number,Germany,5\n")
    return folder


@pytest.fixture
def lake(
    deliveries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> DataFolder:
    """A data folder that has taken them in."""
    data = DataFolder(tmp_path / "data")
    monkeypatch.setenv("MUSIC_WAREHOUSE_DATA", os.fspath(data.root))
    ingest_paths([deliveries], data)
    return data
