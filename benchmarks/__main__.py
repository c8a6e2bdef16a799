"""`make bench`: the warehouse against a hand-written script, in one run.

python -m benchmarks [--users 500000] [--repeats 3] [--folder data/bench]
"""

import argparse
import importlib.util
import shutil
import statistics
import sys
from pathlib import Path

from benchmarks import equality
from benchmarks.measure import Cost, run

PYTHON = sys.executable
BIN = Path(PYTHON).parent
CONTRACT_TABLES = ["+artist_rank_in_country", "+country_rank_per_artist"]


def main() -> None:
    """Print every figure as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("data/bench"))
    options = parser.parse_args()
    folder: Path = options.folder.resolve() / f"{options.users}_users"
    landing, later = deliveries(folder, options.users)
    print(f"{options.users:,} users, deliveries in {folder}\n")
    contract_tables(folder, landing, options.repeats)
    spark(folder, landing)
    full_and_later(folder, landing, later)


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


def contract_tables(folder: Path, landing: Path, repeats: int) -> None:
    """CSV in; typed Parquet and both contract tables out, in turns."""
    print("CSV in, typed Parquet and both contract tables out")
    ratios = []
    for _ in range(repeats):
        by_hand = run(
            [PYTHON, "-m", "benchmarks.handwritten", str(landing), str(folder / "hand")]
        )
        ingested, built = project_contract_tables(folder / "contract", landing)
        ours = ingested + built
        ratios.append(ours.wall_seconds / by_hand.wall_seconds)
        print(f"  by hand      {by_hand}")
        print(f"  ingest       {ingested}\n  dbt run      {built}")
        print(f"  together     {ours}   ratio {ratios[-1]:.2f}")
    print(f"  median ratio {statistics.median(ratios):.2f} (to reach: 1.5)\n")


def project_contract_tables(data: Path, landing: Path) -> tuple[Cost, Cost]:
    """The project's two steps on an empty data folder.

    The country seeds are loaded in between, untimed: the hand-written script keeps
    countries as delivered.
    """
    shutil.rmtree(data, ignore_errors=True)
    environment = dbt_environment(data)
    ingested = run(
        [
            *(str(BIN / "music-warehouse"), "ingest"),
            str(landing / "listening/users"),
            str(landing / "listening/user_top_artists"),
        ],
        environment,
    )
    run([str(BIN / "dbt"), "seed"], environment)
    built = run([str(BIN / "dbt"), "run", "--select", *CONTRACT_TABLES], environment)
    return ingested, built


def dbt_environment(data: Path) -> dict[str, str]:
    """A data folder, a target and logs of the benchmark's own."""
    return {
        "MUSIC_WAREHOUSE_DATA": str(data),
        "DBT_TARGET_PATH": str(data / "target"),
        "DBT_LOG_PATH": str(data / "logs"),
        "DO_NOT_TRACK": "1",
    }


def spark(folder: Path, landing: Path) -> None:
    """The same job in PySpark, where it is installed."""
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        print("PySpark: not installed, left out\n")
        return
    cost = run(
        [PYTHON, "-m", "benchmarks.pyspark_job", str(landing), str(folder / "spark")]
    )
    ours = sum(project_contract_tables(folder / "contract", landing), Cost())
    print(f"PySpark        {cost}")
    print(f"  the project  {ours}")
    ratio = cost.wall_seconds / ours.wall_seconds
    print(f"  PySpark takes {ratio:.1f} times as long\n")


def full_and_later(folder: Path, landing: Path, later: Path) -> None:
    """Everything: all lists, all marts, all tests, publication; then 1 % more."""
    data = folder / "full"
    shutil.rmtree(data, ignore_errors=True)
    environment = dbt_environment(data)
    warehouse = str(BIN / "music-warehouse")
    costs = []
    for title, delivery in (("the full delivery", landing), ("1 % more users", later)):
        ingested = run([warehouse, "ingest", str(delivery)], environment)
        built = run([warehouse, "build"], environment)
        costs.append(ingested + built)
        print(f"{title}: all lists, marts, tests, publication")
        print(f"  ingest       {ingested}\n  build        {built}")
        print(f"  together     {costs[-1]}")
    share = costs[1].wall_seconds / costs[0].wall_seconds
    print(f"  1 % more costs {share:.0%} of the full delivery (to reach: 40 %)\n")
    incremental = (data / "published/current").resolve()
    refreshed = run([warehouse, "build", "--full-refresh"], environment)
    print(f"full refresh   {refreshed}")
    differing = equality.differing_marts(
        incremental, (data / "published/current").resolve()
    )
    print(f"marts that differ from the full refresh: {', '.join(differing) or 'none'}")


if __name__ == "__main__":
    main()
