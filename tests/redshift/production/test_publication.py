"""`build` and `publish` of production: what readers see, and when."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from music_warehouse.errors import UserError
from music_warehouse.production.build import target_folder
from music_warehouse.production.build_lock import sole_build
from music_warehouse.production.connection import Production
from music_warehouse.production.publication import find_publication, publish
from tests.redshift.production.shop import Shop, all_of, open_shop, seen


@pytest.fixture(scope="module")
def shop(
    redshift: Production,
    deliveries: Path,
    programs: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shop]:
    """A project of one mart, published once. Each test adds deliveries of its own."""
    folder = tmp_path_factory.mktemp("published")
    with open_shop(redshift, programs, deliveries, folder) as made:
        yield made


def test_readers_read_the_marts_and_nothing_else(shop: Shop) -> None:
    with shop.as_reader().session() as session:
        assert seen(session)
        for table in ('"raw".ledger', '"raw".users', "production.built_from"):
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
        # What was published before is there to go back to, and to nobody else.
        with pytest.raises(UserError, match="permission denied"):
            session.rows("select count(*) from marts_former.deliveries")
    assert report.is_new
    assert report.publication.ledger_sequence == len(all_of(shop))
    with shop.production.session() as session:
        assert session.tables("marts_former") == {"deliveries", "publication"}


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
            session.execute("delete from production.build_lease")
            session.execute("create schema marts_former")
        with pytest.raises(UserError, match="another one has begun"):
            publish(shop.production, target_folder(shop.project), lease=lease)
        with shop.production.session() as session:
            assert session.has_schema("marts_former")
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
