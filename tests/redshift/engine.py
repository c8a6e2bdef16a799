"""dbt projects run on an engine, and what interrupts them."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redshift_connector

ROOT = Path(__file__).parents[2]
PATIENCE = 120


@dataclass
class Engine:
    """A dbt project on one target; its artifacts lie in `data`, dbt in `programs`."""

    programs: Path
    target: str
    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    project: Path = ROOT

    def dbt(self, *words: str, status: int = 0) -> str:
        """Run dbt, and give what it printed; another status fails the test."""
        return self.run("dbt", "--no-use-colors", *self._at(words), status=status)

    def run(self, program: str, *words: str, status: int = 0) -> str:
        """Run a program of the environment's in the project's folder."""
        ended = subprocess.run(
            [str(self.programs / program), *words],
            cwd=self.project,
            env=self._variables(),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended.stdout

    def start_dbt(self, *words: str, folder: str = "") -> subprocess.Popen[str]:
        """Run dbt beside the test; a second one needs a folder of its own."""
        variables = self._variables()
        if folder:
            variables["DBT_TARGET_PATH"] = str(self.data / folder)
            variables["DBT_LOG_PATH"] = str(self.data / folder / "logs")
        return subprocess.Popen(
            [str(self.programs / "dbt"), "--no-use-colors", *self._at(words)],
            cwd=self.project,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def results(self) -> list[dict[str, Any]]:
        """What became of each node of the last run."""
        path = self.target_folder / "run_results.json"
        results: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["results"]
        return results

    def manifest(self) -> dict[str, Any]:
        """dbt's manifest."""
        path = self.target_folder / "manifest.json"
        manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return manifest

    def catalog(self) -> dict[str, Any]:
        """What `dbt docs generate` found."""
        path = self.target_folder / "catalog.json"
        catalog: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return catalog

    @property
    def target_folder(self) -> Path:
        """Where dbt writes its artifacts."""
        return self.data / f"target_{self.target}"

    def _at(self, words: tuple[str, ...]) -> list[str]:
        return [*words, "--target", self.target]

    def _variables(self) -> dict[str, str]:
        return {
            **os.environ,
            **self.environment,
            "MUSIC_WAREHOUSE_DATA": str(self.data),
            "DBT_TARGET_PATH": str(self.target_folder),
            "DBT_LOG_PATH": str(self.target_folder / "logs"),
            "DBT_LOG_LEVEL_FILE": "none",
            "DO_NOT_TRACK": "1",
        }


def connect(environment: dict[str, str]) -> redshift_connector.Connection:
    """A session of the user that dbt is, without the TLS that dbt itself verifies."""
    connection = redshift_connector.connect(
        host=environment["REDSHIFT_HOST"],
        port=int(environment["REDSHIFT_PORT"]),
        database=environment["REDSHIFT_DATABASE"],
        user=environment["REDSHIFT_USER"],
        password=environment["REDSHIFT_PASSWORD"],
        ssl=False,
        # Else the driver looks for the caller's name in every frame of the stack.
        application_name="tests",
    )
    connection.autocommit = True
    return connection


def ask(environment: dict[str, str], sql: str) -> list[list[Any]]:
    """The rows that Redshift gives."""
    with connect(environment) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return [list(row) for row in cursor.fetchall()]


def tell(environment: dict[str, str], *statements: str) -> None:
    """Have Redshift run statements, each by itself."""
    with connect(environment) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def being_read(environment: dict[str, str], table: str) -> Iterator[None]:
    """Read a table in an open transaction, so that whoever replaces it waits."""
    with connect(environment) as connection, connection.cursor() as cursor:
        connection.autocommit = False
        cursor.execute(f"select count(*) from {table}")
        yield
        connection.rollback()


def statements_waiting(environment: dict[str, str], count: int = 1) -> list[int]:
    """Wait until so many sessions wait for a lock; their process ids."""
    waiting: list[list[Any]] = []
    for _ in range(PATIENCE * 5):
        waiting = ask(
            environment, "select distinct pid from svv_transactions where not granted"
        )
        if len(waiting) >= count:
            return [pid for (pid,) in waiting]
        time.sleep(0.2)
    raise AssertionError(f"{len(waiting)} sessions wait, not {count}")


def kill(process: subprocess.Popen[str]) -> None:
    """End a process as a failing machine does."""
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def hung_up(environment: dict[str, str]) -> None:
    """Wait until no session but ours has a transaction open."""
    for _ in range(PATIENCE * 5):
        others = ask(
            environment,
            "select count(*) from svv_transactions where pid <> pg_backend_pid()",
        )
        if others[0][0] == 0:
            return
        time.sleep(0.2)
    raise AssertionError("a killed session is still there")
