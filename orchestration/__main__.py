"""`python -m orchestration`: Dagster for development, with its home in the data folder.

`python -m orchestration prepare` only writes what Dagster needs, for a deployment.
"""

import os
import shutil
import socket
import sys
from pathlib import Path

from music_warehouse.errors import UserError
from music_warehouse.paths import DATA_VARIABLE
from orchestration.lib.environment import ROOT, Environment
from orchestration.lib.manifest import prepare_manifest

PORT_VARIABLE = "DAGSTER_PORT"


def main() -> None:
    """Prepare, then become `dagster dev`."""
    port = os.environ.get(PORT_VARIABLE) or "3000"
    only_prepares = sys.argv[1:] == ["prepare"]
    try:
        environment = Environment.from_variables()
        if not only_prepares:
            _require_free(port)
        prepare(environment)
    except UserError as error:
        sys.exit(f"music-warehouse: {error}")
    except OSError as error:
        sys.exit(f"music-warehouse: {error.strerror} ({error.filename}).")
    if only_prepares:
        return
    dagster = Path(sys.executable).with_name("dagster")
    print(
        f"Dagster will answer on http://127.0.0.1:{port} in about half a minute",
        flush=True,
    )
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
            # Programs do not look for modules where they are started: `dagster.yaml`
            # names one of ours.
            "PYTHONPATH": os.pathsep.join(
                filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
            ),
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


def _require_free(port: str) -> None:
    """Dagster would find out after it has loaded, with a second daemon under way."""
    try:
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", int(port)))
    except (OSError, OverflowError, ValueError) as error:
        raise UserError(
            f"Port {port} cannot be used ({error}): name a free one by "
            f"{PORT_VARIABLE}, as in `make dagster {PORT_VARIABLE}=3001`."
        ) from None


if __name__ == "__main__":
    main()
