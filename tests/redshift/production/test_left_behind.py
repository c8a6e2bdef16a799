"""A build that is killed, or has lost its lease, writes nothing more."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from music_warehouse.errors import UserError
from music_warehouse.production import build
from music_warehouse.production.build_lock import sole_build
from music_warehouse.production.connection import Production
from tests.redshift.production.shop import Shop, all_of, open_shop

PYTHON = sys.executable
GATE = '"raw".gate'


@pytest.fixture(scope="module")
def shop(
    redshift: Production,
    deliveries: Path,
    programs: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("left-behind")
    with open_shop(redshift, programs, deliveries, folder) as made:
        with made.production.session() as session:
            session.execute(f"create table {GATE} (nothing integer)")
        yield made


@contextmanager
def closed_gate(shop: Shop) -> Iterator[None]:
    """While this lasts, a dbt that is told to waits before it builds its mart."""
    with shop.production.session() as session, session.transaction():
        session.execute(f"lock {GATE}")
        yield


def until(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether something has come to hold in so many seconds."""
    ending = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ending:
            return False
        time.sleep(0.2)
    return True


def is_waiting(shop: Shop) -> bool:
    """Whether a statement waits for the gate."""
    with shop.production.session() as session:
        return bool(session.rows("select 1 from svv_transactions where not granted"))


def children(process: int) -> list[Path]:
    """The processes that one has begun."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    return [Path("/proc", child) for child in listed.split()]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="asks Linux for children")
def test_the_dbt_of_a_killed_build_ends_and_the_next_build_publishes(
    shop: Shop, tmp_path: Path
) -> None:
    shop.deliver(tmp_path / "more")
    words = ("build", "--target", "prod", "--vars", f"{{waits_for: '{GATE}'}}")
    with closed_gate(shop):
        building = subprocess.Popen(
            [PYTHON, "-m", "music_warehouse", *words],
            cwd=shop.project.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert until(lambda: is_waiting(shop), 120)
            [dbt] = children(building.pid)
        finally:
            building.send_signal(signal.SIGKILL)
            building.wait()
        assert until(lambda: not dbt.exists(), 20)
    assert shop.build().is_new
    assert shop.seen() == all_of(shop)


def test_the_dbt_of_a_build_that_has_lost_its_lease_is_ended(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = shop.seen()
    shop.deliver(tmp_path / "more")
    short = partial(sole_build, lasting=timedelta(seconds=5))
    monkeypatch.setattr(build, "sole_build", short)
    with closed_gate(shop), ThreadPoolExecutor(1) as pool:
        building = pool.submit(shop.build, variables={"waits_for": GATE})
        assert until(lambda: is_waiting(shop), 120)
        with shop.production.session() as session:
            session.execute("delete from production.build_lease")
        # The gate is closed all the time: nothing else ends it.
        with pytest.raises(UserError, match="cut off from Redshift"):
            building.result(60)
    assert shop.seen() == former


def test_what_a_killed_build_has_under_way_in_redshift_is_ended_by_the_next(
    shop: Shop,
) -> None:
    with shop.production.session() as left:
        left.execute("begin")
        left.execute('insert into "raw".gate values (1)')
        with sole_build(shop.production, shop.lake):
            left.execute('insert into "raw".gate values (2)')
        with shop.production.session() as session:
            session.execute(
                "insert into production.build_lease values "
                "('elsewhere', 'killed', 'elsewhere', getdate(), getdate())"
            )
        with sole_build(shop.production, shop.lake):
            with pytest.raises(UserError):
                left.execute("commit")
            with shop.production.session() as session:
                assert session.rows(f"select count(*) from {GATE}") == [(0,)]


def test_a_process_that_another_has_named_ends_with_it(tmp_path: Path) -> None:
    named = subprocess.Popen([PYTHON, "-c", "input()"], stdin=subprocess.PIPE)
    code = (
        "import time\n"
        "from dbt.adapters.redshiftpy.leash import end_with_named_process\n"
        "end_with_named_process()\n"
        "print('begun', flush=True)\n"
        "time.sleep(120)\n"
    )
    with subprocess.Popen(
        [PYTHON, "-c", code],
        env={**os.environ, "DBT_REDSHIFT_ENDS_WITH": str(named.pid)},
        stdout=subprocess.PIPE,
    ) as bound:
        assert bound.stdout is not None
        assert bound.stdout.readline() == b"begun\n"
        time.sleep(2)
        assert bound.poll() is None
        named.communicate(b"\n")
        assert bound.wait(20) == 1
