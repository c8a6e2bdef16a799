"""`build` and `publish` of production: what readers see, and when."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from music_warehouse.build import Project
from music_warehouse.errors import UserError
from music_warehouse.ingest import ingest_paths, read_ledger
from music_warehouse.paths import DataFolder
from music_warehouse.production.build import build, target_folder
from music_warehouse.production.build_lock import sole_build
from music_warehouse.production.connection import Production, Session
from music_warehouse.production.publication import (
    PublicationReport,
    find_publication,
    publish,
)
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


@pytest.fixture(scope="module")
def shop(
    redshift: Production,
    deliveries: Path,
    programs: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shop]:
    """A project of one mart, published once. Each test adds deliveries of its own."""
    folder = tmp_path_factory.mktemp("published")
    root = folder / "project"
    shutil.copytree(Path(__file__).parent / "project", root)
    data = DataFolder(folder / "data")
    ingest_paths([deliveries], data)
    with redshift.session() as session:
        session.execute(f"create user {READER} password '{PASSWORD}'")
    with (
        empty_database(redshift) as production,
        empty_folder() as s3,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(sys, "executable", str(programs / "python"))
        mirror(data, s3)
        made = Shop(
            replace(production, reader_role=READER),
            s3,
            data,
            Project(root, root / "target"),
        )
        assert made.build().is_new
        yield made


def seen(session: Session) -> list[int]:
    """The mart's rows."""
    found = session.rows("select file_seq from marts.deliveries order by file_seq")
    return [int(file_seq) for (file_seq,) in found]


def all_of(shop: Shop) -> list[int]:
    """The mart's rows as they should be."""
    return [entry.file_seq for entry in read_ledger(shop.lake)]


def test_readers_read_the_marts_and_nothing_else(shop: Shop) -> None:
    with shop.as_reader().session() as session:
        assert seen(session)
        for table in ('"raw".ledger', '"raw".users', '"raw".built_from'):
            with pytest.raises(UserError, match="permission denied"):
                session.rows(f"select count(*) from {table}")
        with pytest.raises(UserError, match="permission denied"):
            session.execute("delete from marts.deliveries")


def test_where_nothing_is_new_nothing_is_built(shop: Shop) -> None:
    with shop.production.session() as session:
        former = find_publication(session)
    again = shop.build()
    assert (again.is_new, again.marts, again.publication) == (False, 1, former)
    assert publish(shop.production, target_folder(shop.project)).is_new is False


def test_readers_go_on_while_the_next_marts_are_published(
    shop: Shop, tmp_path: Path
) -> None:
    with shop.as_reader().session() as session:
        former = seen(session)
        shop.deliver(tmp_path / "more")
        report = shop.build()
        assert seen(session) == all_of(shop) != former
    assert report.is_new
    assert report.publication.ledger_sequence == len(all_of(shop))


def test_a_build_that_is_not_green_leaves_what_readers_see(
    shop: Shop, tmp_path: Path
) -> None:
    former = shop.seen()
    shop.deliver(tmp_path / "more")
    with pytest.raises(UserError, match="no_delivery_has_more_rows_than_most_rows"):
        shop.build(variables={"most_rows": 1})
    assert shop.seen() == former
    with pytest.raises(UserError, match="is not green"):
        publish(shop.production, target_folder(shop.project))
    assert shop.seen() == former


def test_a_publication_that_fails_half_way_leaves_what_readers_see(
    shop: Shop, tmp_path: Path
) -> None:
    former = shop.seen()
    shop.deliver(tmp_path / "more")
    nobody = replace(shop, production=replace(shop.production, reader_role="nobody_"))
    with pytest.raises(UserError, match="nobody_"):
        nobody.build()
    assert shop.seen() == former
    with sole_build(shop.production, shop.lake) as lease:
        with shop.production.session() as session:
            session.execute('delete from "raw".build_lease')
        with pytest.raises(UserError, match="another one has begun"):
            publish(shop.production, target_folder(shop.project), lease=lease)
    assert shop.seen() == former
    # Mended, the tested marts are published as they are.
    assert publish(shop.production, target_folder(shop.project)).is_new
    assert shop.seen() == all_of(shop)


def test_a_run_whose_marts_are_gone_is_not_published(shop: Shop) -> None:
    target = target_folder(shop.project)
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    for name in ("manifest.json", "run_results.json"):
        text = (target / name).read_text(encoding="utf-8")
        invocation = manifest["metadata"]["invocation_id"]
        (target / name).write_text(text.replace(invocation, "0" * 36), encoding="utf-8")
    with pytest.raises(UserError, match="marts_next lacks 1 marts"):
        publish(shop.production, target)


def test_marts_of_another_build_are_not_published_for_this_one(
    shop: Shop, tmp_path: Path
) -> None:
    former = shop.seen()
    shop.deliver(tmp_path / "more")
    nobody = replace(shop, production=replace(shop.production, reader_role="nobody_"))
    with pytest.raises(UserError, match="nobody_"):
        nobody.build()
    green = shutil.copytree(target_folder(shop.project), tmp_path / "green")
    with pytest.raises(UserError, match="no_delivery_has_more_rows_than_most_rows"):
        shop.build(variables={"most_rows": 1})
    with pytest.raises(UserError, match="not those that the last dbt build here"):
        publish(shop.production, green)
    assert shop.seen() == former
