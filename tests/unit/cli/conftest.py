"""The command line as a user runs it: a process, a working directory, a data folder."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from music_warehouse.ingest.gate import file_sha256
from music_warehouse.ingest.lake import REJECTS, REJECTS_SCHEMA, file_name, write_table
from music_warehouse.ingest.ledger import Ledger, LedgerEntry, arrival_time
from music_warehouse.paths import DataFolder
from tests.unit.cli import toy_project


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit status and what it printed."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """An empty data folder."""
    return DataFolder(tmp_path / "data")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The toy project, in the folder in which `run` runs."""
    return toy_project.make(tmp_path)


@pytest.fixture
def run(tmp_path: Path, data: DataFolder, programs: Path) -> Run:
    """Run `music-warehouse` with these words, in `tmp_path`."""

    def run(*words: str | Path) -> Ended:
        ended = subprocess.run(
            [str(programs / "music-warehouse"), *map(str, words)],
            cwd=tmp_path,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("DBT_")},
                "DBT_LOG_LEVEL_FILE": "none",
                "MUSIC_WAREHOUSE_DATA": str(data.root),
                "PYTHONPATH": str(Path(__file__).parents[3]),
            },
            capture_output=True,
            text=True,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture
def deliver(data: DataFolder) -> Callable[..., None]:
    """Enter a delivered file into the ledger: rows loaded and rows rejected, the
    file's bytes by a number of their own, what became of it, and its path."""

    def deliver(
        loaded: int,
        rejected: int = 0,
        content: int | None = None,
        state: str = "loaded",
        path: str | None = None,
    ) -> None:
        data.lake.mkdir(parents=True, exist_ok=True)
        ledger = Ledger(data.lake)
        number = ledger.last_file_seq + 1
        lake_file = data.lake / "listening" / "users" / file_name(number)
        if state == "loaded":
            lake_file.parent.mkdir(parents=True, exist_ok=True)
            write_table(pa.table({"user_id": range(loaded)}), lake_file)
        row = {
            "file_seq": number,
            "reason": "blank_user_id",
            "detail": "The user has no id.",
        }
        (data.lake / REJECTS).mkdir(exist_ok=True)
        write_table(
            pa.Table.from_pylist([row] * rejected, schema=REJECTS_SCHEMA),
            data.lake / REJECTS / file_name(number),
        )
        ledger.append(
            LedgerEntry(
                file_seq=number,
                source="listening",
                table_name="users",
                file_path=path or f"users_{number}.csv",
                file_name=f"users_{number}.csv",
                file_bytes=10,
                file_sha256=f"{content or number:064d}",
                state=state,
                contract_version=1,
                arrived_at=arrival_time(),
                line_count=loaded + rejected + 1,
                header_lines=1,
                rows_loaded=loaded if state == "loaded" else 0,
                rows_repeated=loaded if state == "duplicate" else 0,
                rows_rejected=rejected,
                **(
                    {
                        "lake_path": lake_file.relative_to(data.lake).as_posix(),
                        "lake_sha256": file_sha256(lake_file),
                    }
                    if state == "loaded"
                    else {}
                ),
            )
        )

    return deliver
