"""`python -m tests.redshift.gate TARGET`: exit 1 where something is found."""

import argparse
import sys
from pathlib import Path

from music_warehouse.errors import UserError

from . import check_project


def main(arguments: list[str] | None = None) -> int:
    """Print every finding on a line of its own; 0 without one, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.redshift.gate")
    parser.add_argument(
        "target", type=Path, help="the folder that `dbt compile --target prod` wrote"
    )
    parser.add_argument("--project", type=Path, default=Path("."))
    options = parser.parse_args(arguments)
    try:
        statements, found = check_project(options.target, options.project)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    for finding in found:
        print(finding)
    print(f"{statements} statements judged for Redshift, {len(found)} findings.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
