"""One small project of Python models, built on DuckDB and on Redshift both ways."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import redshift_connector

PROJECT = Path(__file__).parent / "project"
READER = "python_models_reader"


@dataclass(frozen=True)
class Built:
    """The project, built by one target after another, by the dbt in `programs`."""

    programs: Path
    environment: dict[str, str]
    folder: Path

    def dbt(self, *words: str, target: str) -> subprocess.CompletedProcess[str]:
        """Run dbt; its output has no colours."""
        paths = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        folders = [
            *("--target-path", str(self.folder / target)),
            *("--log-path", str(self.folder / target)),
        ]
        return subprocess.run(
            [
                str(self.programs / "dbt"),
                "--no-use-colors",
                *words,
                *paths,
                *folders,
                *("--target", target),
            ],
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def log(self, target: str) -> str:
        """Everything dbt wrote down, statements included."""
        return (self.folder / target / "dbt.log").read_text(encoding="utf-8")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask Redshift."""
        with self.connect() as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def connect(self) -> redshift_connector.Connection:
        """A connection of dbt's user."""
        connection = redshift_connector.connect(
            host=self.environment["REDSHIFT_HOST"],
            port=int(self.environment["REDSHIFT_PORT"]),
            database=self.environment["REDSHIFT_DATABASE"],
            user=self.environment["REDSHIFT_USER"],
            password=self.environment["REDSHIFT_PASSWORD"],
            ssl=False,
            application_name="tests",
        )
        connection.autocommit = True
        return connection

    def ask_duckdb(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask DuckDB, in the schema of its target."""
        with duckdb.connect(self.environment["DUCKDB_FILE"]) as database:
            database.execute("set TimeZone = 'UTC'")
            return database.execute(sql).fetchall()


@pytest.fixture(scope="session")
def built(
    stand_in: dict[str, str], programs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    """The project on DuckDB, over S3, and over the connection."""
    folder = tmp_path_factory.mktemp("python_models")
    project = Built(
        programs,
        {
            **stand_in,
            "DUCKDB_FILE": str(folder / "models.duckdb"),
            "PYTHON_STAGING": "s3://warehouse/python-models",
            "READER": READER,
        },
        folder,
    )
    with project.connect() as connection:
        connection.cursor().execute(f"create user {READER} password disable")
    for target in ("duckdb", "s3", "connection"):
        models = ["--exclude", "configured"] if target == "duckdb" else []
        ended = project.dbt("run", *models, target=target)
        assert ended.returncode == 0, ended.stdout
    yield project


@pytest.fixture(scope="session")
def broken(built: Built) -> str:
    """What dbt says when every model of the folder `breaking` fails."""
    models = ["--select", "breaking", "--vars", "broken: true"]
    ended = built.dbt("run", *models, target="s3")
    assert ended.returncode == 1, ended.stdout
    return ended.stdout
