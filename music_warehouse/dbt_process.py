"""dbt as a process of its own, in the project's folder."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from music_warehouse.dbt_orders import DbtOrder
from music_warehouse.errors import UserError

TARGET_VARIABLE = "DBT_TARGET_PATH"
# The adapter of production heeds it; on DuckDB the next build waits for a dbt that a
# killed one has left behind.
_ENDS_WITH = "DBT_REDSHIFT_ENDS_WITH"
_LOOKED_EVERY_SECONDS = 1.0


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


def in_a_process(
    project: Project, variables: Mapping[str, str] | None = None
) -> Callable[[DbtOrder], bool]:
    """What carries out an order by a process that prints what dbt does, with these
    variables added to the environment."""

    def run(order: DbtOrder) -> bool:
        environment = {
            **os.environ,
            **ends_with_this_process(),
            "DO_NOT_TRACK": "1",
            TARGET_VARIABLE: str(order.target),
            **order.environment,
            **(variables or {}),
        }
        command = [str(dbt_executable()), *order.arguments]
        with subprocess.Popen(command, cwd=project.root, env=environment) as process:
            try:
                end_when(order.stop, process)
                return process.wait() == 0
            except BaseException:
                process.kill()
                raise

    return run


def ends_with_this_process() -> dict[str, str]:
    """The variables by which a dbt of production ends when this process has."""
    return {_ENDS_WITH: str(os.getpid())}


def end_when(stop: threading.Event | None, process: subprocess.Popen[Any]) -> None:
    """Have a process killed as soon as `stop` is set, from another thread."""
    if stop is None:
        return

    def watch() -> None:
        while process.poll() is None:
            if stop.wait(_LOOKED_EVERY_SECONDS):
                process.kill()
                return

    threading.Thread(target=watch, name="dbt", daemon=True).start()


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
