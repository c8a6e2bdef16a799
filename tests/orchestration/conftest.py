"""A small warehouse that Dagster has brought from landed files to published marts."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from music_warehouse.paths import DataFolder
from music_warehouse.synthetic.listening import generate_listening
from orchestration.definitions import definitions_of
from orchestration.lib.environment import ROOT, Environment
from orchestration.lib.manifest import read_manifest

USERS = 300


@dataclass
class Orchestrated:
    """A data folder and its definitions, run in this process."""

    environment: Environment
    definitions: dg.Definitions
    instance: dg.DagsterInstance

    @property
    def data(self) -> DataFolder:
        """The data folder."""
        return self.environment.data

    def run(self, job: str, **options: Any) -> dg.ExecuteInProcessResult:
        """Run a job to its end, whatever comes of it."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MUSIC_WAREHOUSE_DATA", str(self.data.root))
            return self.definitions.resolve_job_def(job).execute_in_process(
                instance=self.instance, raise_on_error=False, **options
            )


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The environment `local`, with an empty data folder."""
    data = tmp_path_factory.mktemp("orchestration") / "data"
    return Environment.from_variables({"MUSIC_WAREHOUSE_DATA": str(data)})


@pytest.fixture(scope="session")
def manifest(environment: Environment) -> dict[str, Any]:
    """dbt's manifest, as the definitions are made from it."""
    return read_manifest(environment)


@pytest.fixture(scope="session")
def definitions(environment: Environment, manifest: dict[str, Any]) -> dg.Definitions:
    """The definitions of `local`."""
    return definitions_of(environment)


@pytest.fixture(scope="session")
def orchestrated(
    environment: Environment, definitions: dg.Definitions
) -> Iterator[Orchestrated]:
    """Deliveries have landed; nothing has run."""
    home = environment.home / "instance"
    home.mkdir(parents=True)
    shutil.copyfile(ROOT / "orchestration/dagster.yaml", home / "dagster.yaml")
    landing = environment.data.landing
    generate_listening(landing, USERS, 1, "csv")
    make_old(landing)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home))
        instance = dg.DagsterInstance.from_config(str(home))
    with instance:
        yield Orchestrated(environment, definitions, instance)


@pytest.fixture(scope="session")
def first_run(orchestrated: Orchestrated) -> dg.ExecuteInProcessResult:
    """Everything, from landed files to published marts and their comparison with a
    build from nothing."""
    return orchestrated.run("full_refresh")


def make_old(folder: Path) -> None:
    """Let files look as if they had landed a while ago."""
    for file in folder.rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
