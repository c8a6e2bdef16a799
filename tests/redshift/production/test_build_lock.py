"""One build of production at a time, on whatever machines."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from music_warehouse.errors import UserError
from music_warehouse.origin import Training
from music_warehouse.paths import DataFolder
from music_warehouse.production.build_lock import Lease, sole_build
from music_warehouse.production.connection import Production
from music_warehouse.production.tables import ProductionTables
from music_warehouse.publish import Inputs

LASTING = timedelta(seconds=3)


@pytest.fixture
def here(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "here")


@pytest.fixture
def elsewhere(tmp_path: Path) -> DataFolder:
    """The data folder of another machine."""
    return DataFolder(tmp_path / "elsewhere")


def require_refused(production: Production, data: DataFolder) -> None:
    told = r"under way, on \S+ since \d{4}-\d\d-\d\d \d\d:\d\d UTC: try again"
    with (
        pytest.raises(UserError, match=told) as refusal,
        sole_build(production, data, LASTING),
    ):
        pass
    assert "\n" not in str(refusal.value)


def running(production: Production) -> list[str]:
    """The runs whose lease has not ended."""
    with production.session() as session:
        found = session.rows(
            "select run from production.build_lease where ends_at > getdate()"
        )
    return [run for (run,) in found]


@contextmanager
def killed(production: Production, data: DataFolder) -> Iterator[None]:
    """A build whose process is no more: it neither renews its lease nor ends it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lease, "renew", lambda _: True)
        patch.setattr(Lease, "give_back", lambda _: None)
        with sole_build(production, data, LASTING):
            pass
    yield


def test_a_build_keeps_out_those_of_other_machines_until_it_has_ended(
    production: Production, here: DataFolder, elsewhere: DataFolder
) -> None:
    with sole_build(production, here) as lease:
        require_refused(production, elsewhere)
        assert running(production) == [lease.run]
    assert running(production) == []
    with sole_build(production, elsewhere) as lease:
        require_refused(production, here)
        assert running(production) == [lease.run]


def test_a_build_that_fails_lets_the_next_begin(
    production: Production, here: DataFolder, elsewhere: DataFolder
) -> None:
    with (
        pytest.raises(UserError, match="not green"),
        sole_build(production, here),
    ):
        raise UserError("not green")
    with sole_build(production, elsewhere):
        pass


def test_a_second_build_of_the_same_data_folder_is_kept_out(
    production: Production, here: DataFolder
) -> None:
    with (
        sole_build(production, here),
        pytest.raises(UserError, match="under way: try again when it has ended"),
        sole_build(production, here),
    ):
        pass


def test_a_lease_is_renewed_as_long_as_its_build_lasts(
    production: Production, here: DataFolder, elsewhere: DataFolder
) -> None:
    with sole_build(production, here, LASTING) as lease:
        time.sleep(LASTING.total_seconds() + 1)
        require_refused(production, elsewhere)
        assert running(production) == [lease.run]
        with production.session() as session, session.transaction():
            lease.require_held(session)


def test_the_lease_of_a_machine_that_is_no_more_runs_out(
    production: Production, here: DataFolder, elsewhere: DataFolder
) -> None:
    with killed(production, here):
        require_refused(production, elsewhere)
        time.sleep(LASTING.total_seconds())
        assert running(production) == []
        with sole_build(production, elsewhere) as lease:
            assert running(production) == [lease.run]


def test_a_build_that_was_killed_may_be_run_again_at_once(
    production: Production, here: DataFolder
) -> None:
    with killed(production, here):
        [left] = running(production)
        with sole_build(production, here) as lease:
            assert running(production) == [lease.run] != [left]


def test_of_two_machines_that_begin_at_once_one_builds(
    production: Production, here: DataFolder, elsewhere: DataFolder
) -> None:
    with sole_build(production, here):
        pass  # The table is there.
    begun, ended = threading.Barrier(2), threading.Barrier(2)

    def build(data: DataFolder) -> str:
        begun.wait()
        try:
            with sole_build(production, data):
                ended.wait(60)
                return "built"
        except UserError:
            ended.wait(60)
            return "kept out"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(build, (here, elsewhere))) == ["built", "kept out"]


def test_a_build_that_has_lost_its_lease_is_told_so(
    production: Production, here: DataFolder, elsewhere: DataFolder
) -> None:
    with sole_build(production, here) as lost:
        with production.session() as session:
            session.execute("delete from production.build_lease")
        with sole_build(production, elsewhere) as found:
            with production.session() as session, session.transaction():
                found.require_held(session)
            with (
                pytest.raises(UserError, match="another one has begun"),
                production.session() as session,
                session.transaction(),
            ):
                lost.require_held(session)
            tables = ProductionTables(production, lost)
            for note in (
                tables.forget,
                partial(tables.remember, Inputs(1, "a", "b"), Training.ENDED),
            ):
                with pytest.raises(UserError, match="another one has begun"):
                    note()
            assert ProductionTables(production, found).origin() is None


def test_two_raw_schemas_have_one_lease_as_they_have_one_set_of_marts(
    production: Production, here: DataFolder, elsewhere: DataFolder
) -> None:
    with sole_build(production, here):
        require_refused(replace(production, raw_schema="raw_2"), elsewhere)


@pytest.fixture
def mute(production: Production) -> Iterator[Production]:
    """Production behind a connection that is half open: nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield replace(production, host="127.0.0.1", port=server.getsockname()[1])


def test_an_answer_that_never_comes_is_not_waited_for(
    mute: Production, here: DataFolder
) -> None:
    begun = time.monotonic()
    with (
        pytest.raises(UserError, match="cannot be reached"),
        sole_build(mute, here, LASTING),
    ):
        pass
    assert time.monotonic() - begun < 30


def test_a_lease_that_cannot_be_renewed_is_lost_before_it_runs_out(
    mute: Production,
) -> None:
    lasting = timedelta(seconds=20)
    lease = Lease(mute, "here", "run", lasting)
    begun = time.monotonic()
    lease.keep(threading.Event())
    assert lease.lost.is_set()
    assert 1 < time.monotonic() - begun < lasting.total_seconds()
    with pytest.raises(UserError, match="cut off from Redshift"):
        lease.require_kept()
