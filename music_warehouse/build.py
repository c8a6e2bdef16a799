"""One build: dbt from the lake to tested marts, then publication."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from music_warehouse import origin
from music_warehouse.errors import UserError
from music_warehouse.failing_rows import print_failing_rows
from music_warehouse.ingest.lake import reading
from music_warehouse.ingest.ledger import read_ledger
from music_warehouse.lake_check import require_intact
from music_warehouse.paths import DataFolder
from music_warehouse.project_vars import declared_vars
from music_warehouse.publish import (
    Inputs,
    PublishReport,
    Runs,
    find_current,
    find_whole,
    is_as_published,
    publish,
)
from music_warehouse.publish.build_record import BuildRecord
from music_warehouse.publish.inputs import read_inputs, require_deliveries
from music_warehouse.retraining import WHEN_DUE, read_triggers
from music_warehouse.unsettled import CHECK, unsettled, way_out, would_be_stopped

TARGET_VARIABLE = "DBT_TARGET_PATH"


@dataclass(frozen=True)
class Project:
    """The folder that holds `dbt_project.yml`, and dbt's target folder."""

    root: Path
    target: Path

    @classmethod
    def here(cls) -> "Project":
        """The project of the working directory; dbt itself looks nowhere else for
        its profile."""
        root = Path.cwd()
        if not (root / "dbt_project.yml").is_file():
            raise UserError(
                f"There is no dbt project in {root}: run this from the folder that "
                "holds dbt_project.yml."
            )
        return cls(root, root / os.environ.get(TARGET_VARIABLE, "target"))


def build(
    data: DataFolder,
    project: Project,
    variables: Mapping[str, Any],
    full_refresh: bool = False,
    force: bool = False,
    retrain: bool = False,
) -> PublishReport:
    """Run `dbt build` and publish its marts; dbt prints what it does.

    Where neither the deliveries nor the project nor its vars have changed since
    what is published, and its files are as they were published, nothing runs, unless
    by one of the three options. Where the project or its vars have changed since the
    tables were built, or the lake is not the one they were built from, they are built
    from nothing. The Python models are left as they are until `retraining_triggers`
    says that they are due, or by `retrain`.
    Unit tests run with definitions that no published version has passed them with.
    """
    # Before a lock makes folders.
    require_deliveries(data)
    try:
        with FileLock(data.root / ".build.lock", timeout=0):
            with reading(data.lake):
                inputs = read_inputs(data, project.root, variables)
                former = find_whole(data)
                # A file that the version was published with may be let pass no more.
                is_stopped = would_be_stopped(
                    require_deliveries(data), project.root, variables
                )
                is_wanted = force or full_refresh or retrain or is_stopped
                is_wanted = is_wanted or origin.was_cut_off(data)
                if former and former[1].inputs == inputs and not is_wanted:
                    folder, version = former
                    if is_as_published(folder, version):
                        return PublishReport(version, folder, is_new=False)
                require_intact(data.lake, require_deliveries(data))
                run = DbtRun(
                    data,
                    project,
                    variables,
                    full_refresh or not origin.can_be_continued(data, inputs),
                    bool(former and former[1].has_definitions_of(inputs)),
                )
                runs = _build_tables(run, inputs, retrain)
            return publish(data, project.target, project.root, inputs, runs)
    except Timeout as error:
        raise UserError(
            "Another build of this data folder is under way: "
            "try again when it has ended."
        ) from error


@dataclass(frozen=True)
class DbtRun:
    """What all of a build's runs of dbt have in common."""

    data: DataFolder
    project: Project
    variables: Mapping[str, Any]
    full_refresh: bool
    unit_tested: bool


def _build_tables(run: DbtRun, inputs: Inputs, retrain: bool) -> Runs:
    """Build and test every table, in one run or two.

    What is noted before a run holds even if it ends half-way: its tables may have
    rows of these deliveries, its Python models may be of two trainings.
    """
    data = run.data
    if run.full_refresh:
        origin.forget(data)
    may_keep = not (run.full_refresh or retrain) and origin.is_trained(data)
    if not may_keep or read_triggers(data) is None:
        if not run.full_refresh:
            origin.remember(data, inputs, is_trained=False)
        _run_dbt(run)
        origin.remember(data, inputs, is_trained=True)
        return Runs()

    origin.remember(data, inputs, is_trained=True)
    try:
        # Without `empty` their tests would be left out with them.
        _run_dbt(run, "--exclude", WHEN_DUE, "--indirect-selection", "empty")
    finally:
        # Red or green, this run has not touched what is trained.
        origin.remember(data, inputs, is_trained=True)
    due = [trigger for trigger in read_triggers(data) or [] if trigger.is_due]
    if not due:
        print(
            "The Python models stay as they were trained: no trigger is due.",
            flush=True,
        )
        return Runs(is_trained_before=True)
    print(
        f"The Python models are trained anew: {'; '.join(map(str, due))}.", flush=True
    )
    first = BuildRecord.read(run.project.target)
    origin.remember(data, inputs, is_trained=False)
    _run_dbt(replace(run, unit_tested=True), "--select", f"{WHEN_DUE}+")
    origin.remember(data, inputs, is_trained=True)
    return Runs(first)


def _run_dbt(run: DbtRun, *selection: str) -> None:
    command = [str(dbt_executable()), "build", *selection]
    if run.unit_tested:
        command += ["--exclude-resource-type", "unit_test"]
    if run.full_refresh:
        command.append("--full-refresh")
    if run.variables:
        command += ["--vars", json.dumps(run.variables, default=str)]
    environment = {
        **os.environ,
        "DO_NOT_TRACK": "1",
        TARGET_VARIABLE: str(run.project.target),
    }
    begun = time.time()
    ended = subprocess.run(command, cwd=run.project.root, env=environment)
    if ended.returncode == 0:
        return
    told, hint = "dbt stopped before it built anything, for the reason above", ""
    if ended.returncode == 1 and (run.project.target / "run_results.json").is_file():
        record = BuildRecord.read(run.project.target)
        failed = record.what_failed()
        if failed is not None and record.started_at >= begun:
            told = failed
            print_failing_rows(record, run.data.warehouse)
            hint = _way_out(run, record)
    raise UserError(f"The build failed: {told}. {_what_readers_see(run.data)}{hint}")


def _way_out(run: DbtRun, record: BuildRecord) -> str:
    """What to do where rejected rows or files have stopped the build."""
    if CHECK not in record.failed_tests():
        return ""
    settings = {**declared_vars(run.project.root), **run.variables}
    files = unsettled(read_ledger(run.data), settings)
    return f" {way_out(files, settings)}" if files else ""


def _what_readers_see(data: DataFolder) -> str:
    former = find_current(data)
    if former is None:
        return "Nothing is published yet."
    return f"Readers go on seeing version {former.name}."


def dbt_executable() -> Path:
    """The dbt of this environment; UserError without one."""
    name = "dbt.exe" if os.name == "nt" else "dbt"
    executable = Path(sys.executable).parent / name
    if not executable.is_file():
        raise UserError(
            f"There is no dbt beside {sys.executable}: install the project's "
            "requirements into that environment."
        )
    return executable
