"""The published marts beside what a build from nothing makes of the same lake."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from music_warehouse.dbt_orders import DbtOrder
from music_warehouse.dbt_process import in_a_process
from music_warehouse.errors import UserError
from music_warehouse.ingest.lake import reading
from music_warehouse.paths import DATA_VARIABLE, DataFolder
from music_warehouse.publish import Version, current_version
from music_warehouse.publish.inputs import continues, require_deliveries
from music_warehouse.publish.versions import Inputs
from music_warehouse.retraining import WHEN_DUE
from orchestration.lib.environment import Environment
from orchestration.lib.selection import below, public_models, trained_models


def compared_marts(manifest: Mapping[str, Any]) -> list[str]:
    """The published models that do not depend on a training: vectors are of the day
    on which they were trained, and a build from nothing would train them anew."""
    trained = below(trained_models(manifest), manifest)
    return [
        manifest["nodes"][each]["name"]
        for each in public_models(manifest)
        if each not in trained
    ]


def differing_marts(environment: Environment, marts: Sequence[str]) -> list[str]:
    """Build every mart from nothing, in a folder of its own, and name those whose rows
    are not the published ones.

    UserError where the published version does not hold every delivery of the lake.
    """
    data = environment.data
    with reading(data.lake):
        folder = current_version(data)
        _require_every_delivery(data, Version.read(folder).inputs)
        with _beside(environment) as beside:
            words = ("build", "--full-refresh", "--exclude", f"{WHEN_DUE}+")
            no_tests = ("--exclude-resource-type", "test", "unit_test")
            order = DbtOrder((*words, *no_tests), beside.root / "target")
            variables = {DATA_VARIABLE: str(beside.root)}
            if not in_a_process(environment.project, variables)(order):
                raise UserError("The build from nothing failed, for the reason above.")
            return differences(folder, beside.warehouse, marts)


def differences(version: Path, warehouse: Path, marts: Sequence[str]) -> list[str]:
    """The marts whose rows in a published version are not those of a warehouse, in
    whatever order."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as beside (read_only)")
        found = []
        for mart in marts:
            here = f"read_parquet('{version / mart}.parquet')"
            rows = {
                _rows(connection, table) for table in (here, f"beside.marts.{mart}")
            }
            if len(rows) > 1:
                found.append(mart)
        return found


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int, int]:
    """A number of rows, and their hashes summed up twice, differently."""
    columns = connection.execute(f"describe select * from {table}").fetchall()
    names = ", ".join(f'"{name}"' for name in sorted(column[0] for column in columns))
    [found] = connection.execute(
        f"select count(*), coalesce(sum(hash({names})::hugeint), 0), "
        f"coalesce(sum(hash(1, {names})::hugeint), 0) from {table}"
    ).fetchall()
    return int(found[0]), int(found[1]), int(found[2])


def _require_every_delivery(data: DataFolder, inputs: Inputs | None) -> None:
    entries = require_deliveries(data)
    if (
        inputs is None
        or not continues(entries, inputs)
        or entries[-1].file_seq > inputs.ledger_sequence
    ):
        raise UserError(
            "The published version does not hold every delivery of the lake: "
            "build and publish first."
        )


@contextmanager
def _beside(environment: Environment) -> Iterator[DataFolder]:
    """A data folder that has the lake of another and nothing else, for a while."""
    folder = environment.home / "from_nothing"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.symlink(environment.data.lake, folder / "lake", target_is_directory=True)
    try:
        yield DataFolder(folder)
    finally:
        # The link first: what it leads to stays.
        (folder / "lake").unlink()
        shutil.rmtree(folder, ignore_errors=True)
