"""`python -m orchestration`: Dagster for development, with its home in the data folder.

`python -m orchestration prepare` only writes what Dagster needs, for a deployment.
"""

import os
import shutil
import sys
from pathlib import Path

from music_warehouse.errors import UserError
from music_warehouse.paths import DATA_VARIABLE
from orchestration.lib.environment import ROOT, Environment
from orchestration.lib.manifest import prepare_manifest

PORT_VARIABLE = "DAGSTER_PORT"


def main() -> None:
    """Prepare, then become `dagster dev`."""
    try:
        environment = Environment.from_variables()
        prepare(environment)
    except UserError as error:
        sys.exit(f"music-warehouse: {error}")
    if sys.argv[1:] == ["prepare"]:
        return
    port = os.environ.get(PORT_VARIABLE, "3000")
    dagster = Path(sys.executable).with_name("dagster")
    print(f"Dagster will answer on http://127.0.0.1:{port}", flush=True)
    os.chdir(ROOT)
    os.execve(
        dagster,
        [
            *("dagster", "dev", "--module-name", "orchestration.definitions"),
            *("--host", "127.0.0.1", "--port", port),
        ],
        {
            **os.environ,
            "DAGSTER_HOME": str(environment.home),
            DATA_VARIABLE: str(environment.data.root),
            # `dg dev` takes its place for projects that Dagster has laid out.
            "PYTHONWARNINGS": "ignore:Function `dev_command` is superseded",
        },
    )


def prepare(environment: Environment) -> None:
    """Write the manifest, and Dagster's settings into its home, unless it has some."""
    environment.home.mkdir(parents=True, exist_ok=True)
    settings = environment.home / "dagster.yaml"
    if not settings.exists():
        shutil.copyfile(ROOT / "orchestration/dagster.yaml", settings)
    prepare_manifest(environment)


if __name__ == "__main__":
    main()
