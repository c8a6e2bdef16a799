"""A project of one mart in production, small enough to build again and again."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from music_warehouse.dbt_process import Project
from music_warehouse.ingest import ingest_paths, read_ledger
from music_warehouse.paths import DataFolder
from music_warehouse.production.build import build
from music_warehouse.production.connection import Production, Session
from music_warehouse.production.publication import PublicationReport
from music_warehouse.production.s3_lake import S3Folder, mirror
from music_warehouse.synthetic.listening import generate_listening
from tests.redshift.production.conftest import empty_database, empty_folder

READER, PASSWORD = "bi_reader", "Reader-Pass-1"


@dataclass(frozen=True)
class Shop:
    """Everything that a build of production takes."""

    production: Production
    s3: S3Folder
    lake: DataFolder
    project: Project

    def build(self, **options: Any) -> PublicationReport:
        """Build and publish, with vars and options."""
        variables = options.pop("variables", {})
        parts = (self.production, self.s3, self.lake, self.project)
        return build(*parts, variables, **options)

    def deliver(self, folder: Path) -> None:
        """Four more deliveries, in the lake and on S3."""
        number = len(read_ledger(self.lake))
        generate_listening(folder, 20, number, "csv", first_user_id=1000 * number)
        ingest_paths([folder], self.lake)
        mirror(self.lake, self.s3)

    def as_reader(self) -> Production:
        """Production as a BI tool connects to it."""
        return replace(self.production, user=READER, password=PASSWORD)

    def seen(self) -> list[int]:
        """What a reader sees in the mart."""
        with self.as_reader().session() as session:
            return seen(session)


def seen(session: Session) -> list[int]:
    """The mart's rows."""
    found = session.rows("select file_seq from marts.deliveries order by file_seq")
    return [int(file_seq) for (file_seq,) in found]


def all_of(shop: Shop) -> list[int]:
    """The mart's rows as they should be."""
    return [entry.file_seq for entry in read_ledger(shop.lake)]


@contextmanager
def open_shop(
    redshift: Production, programs: Path, landed: Path, folder: Path
) -> Iterator[Shop]:
    """A shop that has taken in what has landed, and published it."""
    root = folder / "project"
    shutil.copytree(Path(__file__).parent / "project", root)
    data = DataFolder(folder / "data")
    ingest_paths([landed], data)
    with redshift.session() as session:
        if not session.rows("select 1 from pg_user where usename = %s", (READER,)):
            session.execute(f"create user {READER} password '{PASSWORD}'")
    with (
        empty_database(redshift) as production,
        empty_folder() as s3,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(sys, "executable", str(programs / "python"))
        patch.setenv("MUSIC_WAREHOUSE_DATA", str(data.root))
        patch.setenv("MUSIC_WAREHOUSE_LAKE", s3.address)
        mirror(data, s3)
        made = Shop(
            replace(production, reader_role=READER),
            s3,
            data,
            Project(root, root / "target"),
        )
        assert made.build().is_new
        yield made
