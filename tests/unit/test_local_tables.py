"""A warehouse that another process has open for writing."""

import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from music_warehouse.errors import UserError
from music_warehouse.local_tables import LocalTables
from music_warehouse.paths import DataFolder

HOLD = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


def held(tables: LocalTables, seconds: float) -> subprocess.Popen[str]:
    """A process that writes to the warehouse for so long."""
    command = [sys.executable, "-c", HOLD, str(tables.data.warehouse), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def tables(tmp_path: Path) -> LocalTables:
    """A warehouse with a table."""
    data = DataFolder(tmp_path)
    with duckdb.connect(str(data.warehouse)) as connection:
        connection.execute("create table plays as select 1 as plays")
    return LocalTables(data)


def test_a_build_waits_for_what_another_one_has_left_behind(
    tables: LocalTables,
) -> None:
    with held(tables, 2.0) as writer:
        began = time.monotonic()
        tables.wait_for_writer(patience=60)

        assert time.monotonic() - began > 0.5
        assert writer.wait() == 0


def test_who_writes_for_too_long_is_named(tables: LocalTables) -> None:
    with held(tables, 60) as writer:
        with pytest.raises(UserError, match=rf"another process \(PID {writer.pid}\)"):
            tables.wait_for_writer(patience=0)
        writer.kill()


def test_nobody_waits_for_a_warehouse_that_is_not_there(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)

    LocalTables(data).wait_for_writer(patience=0)

    assert not data.warehouse.exists()


def test_the_look_leaves_the_file_as_it_is(tables: LocalTables) -> None:
    before = tables.data.warehouse.stat().st_mtime_ns

    tables.wait_for_writer(patience=0)

    assert tables.data.warehouse.stat().st_mtime_ns == before
