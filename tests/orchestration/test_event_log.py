"""The event log: Dagster's own files, with connections that are kept."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import dagster as dg
import pytest
from dagster._core.events import (
    DagsterEvent,
    DagsterEventType,
    StepMaterializationData,
)
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.lib.event_log import KeptEventLog

USERS = dg.AssetKey(["marts", "dim_users"])


def made(run: str, rows: int = 1) -> EventLogEntry:
    """What is stored when a run has made `marts.dim_users`."""
    told = dg.AssetMaterialization(USERS, metadata={"dagster/row_count": rows})
    return EventLogEntry(
        error_info=None,
        level="debug",
        user_message="made",
        run_id=run,
        timestamp=time.time(),
        dagster_event=DagsterEvent(
            DagsterEventType.ASSET_MATERIALIZATION.value,
            job_name="build",
            event_specific_data=StepMaterializationData(told),
        ),
    )


@pytest.fixture
def log(tmp_path: Path) -> Iterator[KeptEventLog]:
    """An empty log."""
    log = KeptEventLog.from_config_value(None, {"home": str(tmp_path)})
    yield log
    log.dispose()


def folder(home: Path) -> str:
    """Where Dagster's own log of a home is."""
    return str(home / "history" / "runs")


def test_dagsters_own_log_finds_every_event_where_it_looks(
    log: KeptEventLog, tmp_path: Path
) -> None:
    log.store_event(made("monday", 7))
    log.store_event(made("monday", 8))

    own = SqliteEventLogStorage(folder(tmp_path))

    assert len(own.get_logs_for_run("monday")) == 2
    [latest] = own.get_latest_materialization_events([USERS]).values()
    assert latest is not None and latest.asset_materialization is not None
    assert latest.asset_materialization.metadata["dagster/row_count"].value == 8


def test_two_processes_write_to_one_log(log: KeptEventLog, tmp_path: Path) -> None:
    """Another log object has its own connections, as another process has."""
    other = KeptEventLog(folder(tmp_path))
    for _ in range(3):
        log.store_event(made("monday"))
        other.store_event(made("monday"))

    assert len(log.get_logs_for_run("monday")) == 6
    other.dispose()


def test_who_watches_a_run_hears_of_its_events_at_once(
    log: KeptEventLog, tmp_path: Path
) -> None:
    """The UI does, from another process."""
    log.store_event(made("monday"))
    watching, heard = KeptEventLog(folder(tmp_path)), Event()
    watching.watch("monday", None, lambda *_: heard.set())

    log.store_event(made("monday"))

    assert heard.wait(10)
    watching.dispose()


def test_runs_long_over_hold_no_connection(log: KeptEventLog) -> None:
    for run in range(10):
        log.store_event(made(f"run{run}"))

    assert len(log._engines) < 9
    assert len(log.get_logs_for_run("run0")) == 1


def test_a_log_that_was_wiped_goes_on(log: KeptEventLog) -> None:
    log.store_event(made("monday"))
    log.wipe()

    log.store_event(made("monday"))

    assert len(log.get_logs_for_run("monday")) == 1
