"""The deliveries that every measurement starts from, and where it works."""

import argparse
import io
import sys
from pathlib import Path

from benchmarks.measure import run

BIN = Path(sys.executable).parent


def print_each_line() -> None:
    """Lines appear when they are printed, also in a file or a pipe."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)


def add_size(parser: argparse.ArgumentParser) -> None:
    """The options that all measurements have: how many users, in which folder."""
    parser.add_argument("--users", type=int, default=500_000)
    parser.add_argument("--folder", type=Path, default=Path("data/bench"))


def deliveries(folder: Path, users: int) -> tuple[Path, Path]:
    """The full delivery and one of 1 % more users, generated once."""
    landing, later = folder / "landing", folder / "later"
    for out, count, first in ((landing, users, 1), (later, users // 100, users + 1)):
        if not out.exists():
            cost = run(
                [
                    *(str(BIN / "music-warehouse"), "generate"),
                    *("--domain", "listening", "--out", str(out)),
                    *("--users", str(count), "--first-user-id", str(first)),
                ]
            )
            print(f"generate {count:,} users{cost}")
    return landing, later


def dbt_environment(data: Path) -> dict[str, str]:
    """A data folder, a target and logs of the measurement's own."""
    return {
        "MUSIC_WAREHOUSE_DATA": str(data),
        "DBT_TARGET_PATH": str(data / "target"),
        "DBT_LOG_PATH": str(data / "logs"),
        "DO_NOT_TRACK": "1",
    }
