"""dbt as a process of its own, in the project's folder."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from music_warehouse.dbt_orders import DbtOrder
from music_warehouse.errors import UserError

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


def in_a_process(
    project: Project, variables: Mapping[str, str] | None = None
) -> Callable[[DbtOrder], bool]:
    """What carries out an order by a process that prints what dbt does, with these
    variables added to the environment."""

    def run(order: DbtOrder) -> bool:
        ended = subprocess.run(
            [str(dbt_executable()), *order.arguments],
            cwd=project.root,
            env={
                **os.environ,
                "DO_NOT_TRACK": "1",
                TARGET_VARIABLE: str(order.target),
                **(variables or {}),
            },
        )
        return ended.returncode == 0

    return run


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
