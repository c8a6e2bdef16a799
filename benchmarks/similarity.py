"""Time and peak memory of the similarity step: every Python model, its SQL face and
the marts over it, on plays that are built before and not timed.

    python -m benchmarks.similarity [--users 500000] [--folder data/bench]
"""

import argparse
import shutil
from pathlib import Path

from benchmarks.deliveries import (
    BIN,
    add_size,
    dbt_environment,
    deliveries,
    print_each_line,
)
from benchmarks.measure import Cost, run

STEP = "group:similarity"
MOST_SECONDS, MOST_BYTES = 240, 8e9


def main() -> None:
    """Read the command line, generate what is missing, print what it took."""
    print_each_line()
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add_size(parser)
    options = parser.parse_args()
    folder = options.folder.resolve() / f"{options.users}_users"
    landing, _ = deliveries(folder, options.users)
    report(folder, landing)


def report(folder: Path, landing: Path) -> None:
    """Print what the step takes at the size of the delivery."""
    cost = similarity_step(folder / "similarity", landing)
    print(f"similarity     {cost}")
    print(
        f"  to reach at 500,000 users on 2 cores: {MOST_SECONDS} s wall,"
        f" {MOST_BYTES / 1e9:.0f} GB\n"
    )


def similarity_step(data: Path, landing: Path) -> Cost:
    """What the step takes in a data folder of its own, made anew."""
    shutil.rmtree(data, ignore_errors=True)
    environment = dbt_environment(data)
    lists = [
        str(landing / "listening/users"),
        str(landing / "listening/user_top_artists"),
    ]
    dbt = str(BIN / "dbt")
    run([str(BIN / "music-warehouse"), "ingest", *lists], environment)
    run([dbt, "seed"], environment)
    before = ["--select", f"+{STEP}", "--exclude", STEP]
    run([dbt, "run", *before], environment)
    return run([dbt, "run", "--select", STEP], environment)


if __name__ == "__main__":
    main()
