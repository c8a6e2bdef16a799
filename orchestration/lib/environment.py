"""Where the definitions run: one variable says it, everything else follows."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from music_warehouse.build import LocalBuild
from music_warehouse.dbt_orders import Orders
from music_warehouse.dbt_process import Project
from music_warehouse.errors import UserError
from music_warehouse.origin import Tables
from music_warehouse.paths import DATA_VARIABLE, DataFolder
from music_warehouse.production.build import ProductionBuild
from music_warehouse.production.connection import Production
from music_warehouse.production.s3_lake import LAKE_VARIABLE, S3Folder, mirror
from music_warehouse.table_build import Tell, Wanted

TARGET_VARIABLE = "MUSIC_WAREHOUSE_TARGET"
ROOT = Path(__file__).parents[2]


class Build(Protocol):
    """A build of one engine, in the parts of which it is made."""

    @property
    def tables(self) -> Tables:
        """The tables that it writes."""

    def alone(self) -> AbstractContextManager["Build"]:
        """Be the only build."""

    def orders(self, wanted: Wanted, tell: Tell) -> Orders[Any]:
        """Ask for the runs of dbt that bring every table up to date."""

    def part(self, selection: tuple[str, ...], trains: bool) -> Orders[None]:
        """Ask for a run of dbt that builds a part, which publishes nothing."""

    def publish(self) -> Any:
        """Publish what the last build of every table has built."""


@dataclass(frozen=True)
class Environment:
    """An engine that the definitions can run on.

    `target` is dbt's target in `profiles.yml`. `open_build` reaches the engine, so
    that definitions load without it; `after_ingest` takes what is new in the lake to
    where the engine reads it.
    """

    name: str
    target: str
    data: DataFolder
    open_build: Callable[[DataFolder, Project], AbstractContextManager[Build]]
    after_ingest: Callable[[DataFolder], None]
    kinds: frozenset[str]
    """What the published marts are."""
    can_rebuild_beside: bool
    """Whether every table can be built a second time, beside what is there."""
    words: tuple[str, ...] = ()
    """What a run of dbt is told of its target: dbt parses a project anew that it was
    told of in other words."""

    @classmethod
    def from_variables(cls, variables: Mapping[str, str] = os.environ) -> "Environment":
        """The environment that MUSIC_WAREHOUSE_TARGET names, `local` without it;
        UserError for one that is not declared."""
        name = variables.get(TARGET_VARIABLE) or "local"
        if name not in _DECLARED:
            raise UserError(
                f"{TARGET_VARIABLE} is {name}, but the environments are "
                f"{' and '.join(_DECLARED)}."
            )
        folder = variables.get(DATA_VARIABLE) or "data"
        data = DataFolder(Path(os.path.abspath(ROOT / folder)))
        return _DECLARED[name](data)

    @property
    def home(self) -> Path:
        """Dagster's own folder."""
        return self.data.root / "dagster"

    @property
    def parsed(self) -> Path:
        """The target folder of the manifest that the definitions are made from."""
        return self.home / "dbt" / self.name / "parsed"

    @property
    def project(self) -> Project:
        """dbt's project, with a target folder that no run by hand writes to."""
        return Project(ROOT, self.home / "dbt" / self.name / "built")

    def build(self) -> AbstractContextManager[Build]:
        """Reach the engine, for one build."""
        return self.open_build(self.data, self.project)


@contextmanager
def _on_duckdb(data: DataFolder, project: Project) -> Iterator[Build]:
    yield LocalBuild(data, project, {})


@contextmanager
def _on_redshift(data: DataFolder, project: Project) -> Iterator[Build]:
    production = Production.from_environment()
    with _lake_on_s3() as lake:
        yield ProductionBuild(production, lake, data, project, {})


def _mirror(data: DataFolder) -> None:
    with _lake_on_s3() as lake:
        mirror(data, lake)


def _lake_on_s3() -> S3Folder:
    address = os.environ.get(LAKE_VARIABLE)
    if not address:
        raise UserError(
            f"Redshift loads from S3: name the lake by {LAKE_VARIABLE}, for example "
            "s3://bucket/prefix."
        )
    return S3Folder(address)


def _local(data: DataFolder) -> Environment:
    return Environment(
        name="local",
        target="local",
        data=data,
        open_build=_on_duckdb,
        after_ingest=lambda _: None,
        kinds=frozenset({"duckdb", "parquet"}),
        can_rebuild_beside=True,
    )


def _prod(data: DataFolder) -> Environment:
    return Environment(
        name="prod",
        target="prod",
        data=data,
        open_build=_on_redshift,
        after_ingest=_mirror,
        kinds=frozenset({"redshift"}),
        can_rebuild_beside=False,
        words=("--target", "prod"),
    )


_DECLARED: dict[str, Callable[[DataFolder], Environment]] = {
    "local": _local,
    "prod": _prod,
}
