"""A warehouse of its own for each test, driven by the commands a user types."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

PROJECT = Path(__file__).parents[2]
REAL_DATA = PROJECT.parent / "shared" / "data" / "real"


class Warehouse:
    """The command line on one data folder, with dbt's files kept inside it."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def run(self, *words: str, program: str = "music-warehouse") -> str:
        """Run a command in the project's root and return what it printed; a status
        other than 0 fails the test with that output."""
        ended = self.attempt(*words, program=program)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def attempt(
        self, *words: str, program: str = "music-warehouse"
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's root, whatever comes of it."""
        return subprocess.run(
            [str(Path(sys.executable).parent / program), *words],
            cwd=PROJECT,
            env={
                **os.environ,
                "MUSIC_WAREHOUSE_DATA": str(self.data),
                "DBT_TARGET_PATH": str(self.data / "target"),
                "DBT_LOG_PATH": str(self.data / "logs"),
                "DO_NOT_TRACK": "1",
            },
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def published(self) -> duckdb.DuckDBPyConnection:
        """The published marts."""
        marts = self.data / "published" / "current" / "marts.duckdb"
        return duckdb.connect(str(marts.resolve()), read_only=True)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """An empty data folder."""
    return Warehouse(tmp_path / "data")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data beside the project."""
    if not REAL_DATA.is_dir():
        pytest.skip("../shared/data/real, the real data, is not on this machine")
    return REAL_DATA
