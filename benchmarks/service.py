"""The streaming service at full size: generated, taken in, built, and 1 % more.

python -m benchmarks.service [--events 100000000] [--folder data/bench]
"""

import argparse
import shutil
from pathlib import Path

import duckdb

from benchmarks.deliveries import BIN, dbt_environment, print_each_line
from benchmarks.measure import Cost, run

WAREHOUSE = str(BIN / "music-warehouse")
# Two days are 1 % of so many.
DAYS, LATER_DAYS = 222, 2
LATER_FROM = "2026-07-01"
EVENTS_PER_USER = 234
"""What the generator makes of a user in `DAYS` days, on average."""


def add_events(parser: argparse.ArgumentParser) -> None:
    """The option that says how many events of the service there are."""
    parser.add_argument(
        "--events",
        type=int,
        default=100_000_000,
        help="Roughly so many events of the streaming service; 100 million take 50 GB "
        "of disk while they are built, 0 leaves the service out.",
    )


def report(folder: Path, events: int) -> None:
    """Print what seven months of the service cost, and what two days more cost.

    The first build trains the Python models and runs the unit tests as every first
    build does; both build, test and publish everything.
    """
    users = max(events // EVENTS_PER_USER, 200)
    place = folder.resolve() / f"service_{users}_users"
    landing, later, data = place / "landing", place / "later", place / "data"
    print(f"Streaming service: {users:,} users, {DAYS} days, deliveries in {place}")
    if not landing.exists():
        cost = _generate(landing, users, "--days", str(DAYS))
        print(f"  generate     {cost}")
        _generate(later, users, "--days", str(LATER_DAYS), "--from-day", LATER_FROM)
    shutil.rmtree(data, ignore_errors=True)
    full_events, full = _taken_in(data, landing, "seven months")
    more_events, more = _taken_in(data, later, "two days more")
    print(
        f"  two days more, {more_events / full_events:.2%} of the events, cost "
        f"{more.cpu_seconds / full.cpu_seconds:.1%} of the CPU time and "
        f"{more.wall_seconds / full.wall_seconds:.1%} of the time of the full build "
        "(to reach: 10 %)\n"
    )


def _generate(out: Path, users: int, *days: str) -> Cost:
    """Generate into a folder that is there as a whole or not at all."""
    unfinished = out.with_name(f"{out.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    cost = run(
        [
            *(WAREHOUSE, "generate", "--domain", "service"),
            *("--users", str(users), "--out", str(unfinished), *days),
        ]
    )
    unfinished.rename(out)
    return cost


def _taken_in(data: Path, delivery: Path, title: str) -> tuple[int, Cost]:
    """Ingest a delivery and build; how many events it has, and the build's cost."""
    environment = dbt_environment(data)
    before = _events(data)
    ingested = run([WAREHOUSE, "ingest", str(delivery)], environment)
    events = _events(data) - before
    built = run([WAREHOUSE, "build"], environment)
    print(f"  {title}: {events:,} events")
    print(f"  ingest       {ingested}  {events / ingested.wall_seconds:,.0f} events/s")
    print(f"  build        {built}")
    return events, built


def _events(data: Path) -> int:
    """How many listening events the lake holds."""
    ledger = data / "lake/ledger/ledger.parquet"
    if not ledger.exists():
        return 0
    found = duckdb.execute(
        "select coalesce(sum(rows_loaded), 0)::bigint from read_parquet($1) "
        "where table_name = 'listening_events'",
        [str(ledger)],
    ).fetchone()
    assert found is not None
    return int(found[0])


def main() -> None:
    """Measure the service alone."""
    print_each_line()
    parser = argparse.ArgumentParser(description=__doc__)
    add_events(parser)
    parser.add_argument("--folder", type=Path, default=Path("data/bench"))
    options = parser.parse_args()
    report(options.folder, options.events)


if __name__ == "__main__":
    main()
