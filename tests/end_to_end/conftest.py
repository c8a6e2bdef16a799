"""A warehouse of its own for each test, driven by the commands a user types."""

import os
import subprocess
from pathlib import Path

import duckdb
import pytest

PROJECT = Path(__file__).parents[2]
REAL_DATA = PROJECT.parent / "shared" / "data" / "real"
SIMILARITY = (
    "artist_embeddings",
    "user_embeddings",
    "artist_neighbors",
    "similar_users",
    "artist_taste_clusters",
    "artist_taste_cluster_profiles",
    "user_taste_clusters",
    "embedding_evaluation",
)


class Warehouse:
    """The command line on one data folder, with dbt's files kept beside it."""

    def __init__(self, data: Path, programs: Path) -> None:
        self.data = data
        self.programs = programs

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
        environment = {
            **os.environ,
            "MUSIC_WAREHOUSE_DATA": str(self.data),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.data.with_name(f"{self.data.name}_logs")),
            "DBT_LOG_LEVEL_FILE": "none",
            "DO_NOT_TRACK": "1",
        }
        return subprocess.run(
            [str(self.programs / program), *words],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    @property
    def target(self) -> Path:
        """Where dbt writes its artefacts."""
        return self.data.with_name(f"{self.data.name}_target")

    def published(self) -> duckdb.DuckDBPyConnection:
        """The published marts."""
        marts = self.data / "published" / "current" / "marts.duckdb"
        return duckdb.connect(str(marts.resolve()), read_only=True)


def rows_in(marts: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of each mart of this subject."""
    return {
        name: marts.execute(f"select count(*) from {name}").fetchall()[0][0]
        for name in SIMILARITY
    }


@pytest.fixture
def warehouse(tmp_path: Path, programs: Path) -> Warehouse:
    """An empty data folder."""
    return Warehouse(tmp_path / "data", programs)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data beside the project."""
    if not REAL_DATA.is_dir():
        pytest.skip("../shared/data/real, the real data, is not on this machine")
    return REAL_DATA
