"""`make bench`: the warehouse against a hand-written script, in one run.

python -m benchmarks [--users 500000] [--events 100000000] [--repeats 3]
                     [--folder data/bench]
"""

import argparse
import importlib.util
import shutil
import statistics
import sys
from pathlib import Path

from benchmarks import equality, service, similarity
from benchmarks.deliveries import (
    BIN,
    add_size,
    dbt_environment,
    deliveries,
    print_each_line,
)
from benchmarks.measure import Cost, run

PYTHON = sys.executable
CONTRACT_TABLES = ["+artist_rank_in_country", "+country_rank_per_artist"]


def main() -> None:
    """Print every figure as it is measured."""
    print_each_line()
    parser = argparse.ArgumentParser(description=__doc__)
    add_size(parser)
    service.add_events(parser)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    folder: Path = options.folder.resolve() / f"{options.users}_users"
    landing, later = deliveries(folder, options.users)
    print(f"{options.users:,} users, deliveries in {folder}\n")
    contract_tables(folder, landing, options.repeats)
    spark(folder, landing)
    similarity.report(folder, landing)
    full_and_later(folder, landing, later)
    if options.events:
        service.report(options.folder, options.events)


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
    retrained = run([warehouse, "build", "--retrain"], environment)
    print(f"training anew  {retrained}")
    incremental = (data / "published/current").resolve()
    refreshed = run([warehouse, "build", "--full-refresh"], environment)
    print(f"full refresh   {refreshed}")
    differing = equality.differing_marts(
        incremental, (data / "published/current").resolve()
    )
    print(f"marts that differ from the full refresh: {', '.join(differing) or 'none'}")


if __name__ == "__main__":
    main()
