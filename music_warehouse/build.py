"""One build: dbt from the lake to tested marts, then publication."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from music_warehouse import origin
from music_warehouse.errors import UserError
from music_warehouse.ingest.lake import reading
from music_warehouse.lake_check import require_intact
from music_warehouse.paths import DataFolder
from music_warehouse.publish import PublishReport, find_current, find_whole, publish
from music_warehouse.publish.build_record import BuildRecord
from music_warehouse.publish.inputs import read_inputs, require_deliveries

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
) -> PublishReport:
    """Run `dbt build` and publish its marts; dbt prints what it does.

    Where neither the deliveries nor the project nor its vars have changed since
    what is published, nothing runs, unless by `force` or `full_refresh`. Where the
    project or its vars have changed since the tables were built, or the lake is not
    the one they were built from, they are built from nothing.
    Unit tests run with definitions that no published version has passed them with.
    """
    # Before a lock makes folders.
    require_deliveries(data)
    try:
        with FileLock(data.root / ".build.lock", timeout=0):
            with reading(data.lake):
                inputs = read_inputs(data, project.root, variables)
                former = find_whole(data)
                is_wanted = force or full_refresh
                if former and former[1].inputs == inputs and not is_wanted:
                    folder, version = former
                    return PublishReport(version, folder, is_new=False)
                require_intact(data.lake, require_deliveries(data))
                if full_refresh or not origin.can_be_continued(data, inputs):
                    full_refresh = True
                    origin.forget(data)
                else:
                    # A build that fails half-way leaves rows of these deliveries.
                    origin.remember(data, inputs)
                unit_tested = former and former[1].has_definitions_of(inputs)
                _run_dbt(data, project, variables, full_refresh, bool(unit_tested))
                origin.remember(data, inputs)
            return publish(data, project.target, project.root, inputs)
    except Timeout as error:
        raise UserError(
            "Another build of this data folder is under way: "
            "try again when it has ended."
        ) from error


def _run_dbt(
    data: DataFolder,
    project: Project,
    variables: Mapping[str, Any],
    full_refresh: bool,
    unit_tested: bool,
) -> None:
    command = [str(_dbt()), "build"]
    if unit_tested:
        command += ["--exclude-resource-type", "unit_test"]
    if full_refresh:
        command.append("--full-refresh")
    if variables:
        command += ["--vars", json.dumps(variables)]
    environment = {
        **os.environ,
        "DO_NOT_TRACK": "1",
        TARGET_VARIABLE: str(project.target),
    }
    begun = time.time()
    ended = subprocess.run(command, cwd=project.root, env=environment)
    if ended.returncode == 0:
        return
    told = "dbt stopped before it built anything, for the reason above"
    if ended.returncode == 1 and (project.target / "run_results.json").is_file():
        record = BuildRecord.read(project.target)
        first = record.first_not_green()
        if first is not None and record.started_at >= begun:
            told = f"{record.count_not_green()} nodes are not green, {first} first"
    raise UserError(f"The build failed: {told}. {_what_readers_see(data)}")


def _what_readers_see(data: DataFolder) -> str:
    former = find_current(data)
    if former is None:
        return "Nothing is published yet."
    return f"Readers go on seeing version {former.name}."


def _dbt() -> Path:
    name = "dbt.exe" if os.name == "nt" else "dbt"
    executable = Path(sys.executable).parent / name
    if not executable.is_file():
        raise UserError(
            f"There is no dbt beside {sys.executable}: install the project's "
            "requirements into that environment."
        )
    return executable
