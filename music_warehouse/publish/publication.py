"""The act of publishing."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from music_warehouse.errors import UserError
from music_warehouse.paths import DataFolder
from music_warehouse.publish.build_record import BuildRecord, Mart
from music_warehouse.publish.finished_build import Runs, find_finished
from music_warehouse.publish.inputs import read_inputs, unchanged_since
from music_warehouse.publish.soundness import is_as_published, sha256_of
from music_warehouse.publish.versions import (
    Inputs,
    PublishedMart,
    Version,
    find_whole,
    next_id,
    staging_folder,
    swap_in,
    sweep,
)

_LOCK_WAIT_SECONDS = 300.0


@dataclass(frozen=True)
class PublishReport:
    """The version that is current now; `is_new` unless it had been before."""

    version: Version
    folder: Path
    is_new: bool


def publish(
    data: DataFolder,
    target: Path,
    project: Path,
    inputs: Inputs | None = None,
    runs: Runs | None = None,
) -> PublishReport:
    """Publish the marts of dbt's last run, if that was a whole and green build.

    `target` is dbt's target folder, `project` the folder of `dbt_project.yml`.
    `inputs` are those read before the build began, `runs` says which runs of dbt were
    that build: both as `music-warehouse build` has noted them, unless they are given.
    Without a note the inputs are read now, and count only if nothing has changed since
    the build began. A refusal is a UserError and leaves the current version as it is;
    so does a kill at any moment.
    """
    if not data.warehouse.is_file():
        raise UserError(
            f"There is no warehouse at {data.warehouse}: run `music-warehouse build`."
        )
    data.published.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data.published / ".publish.lock")
    try:
        with lock.acquire(timeout=_LOCK_WAIT_SECONDS):
            return _publish(data, target, project, inputs, runs)
    except Timeout as error:
        raise UserError(
            "Another publication has been going on for five minutes: "
            "try again when it has ended."
        ) from error


def _publish(
    data: DataFolder,
    target: Path,
    project: Path,
    inputs: Inputs | None,
    runs: Runs | None,
) -> PublishReport:
    sweep(data)
    record = BuildRecord.read(target)
    if inputs is None and runs is None:
        inputs, runs = find_finished(target, record) or (None, None)
    runs = runs or Runs()
    if runs.first is not None:
        record = record.after(runs.first)
    if inputs is None and unchanged_since(data, project, record.started_at):
        inputs = read_inputs(data, project, record.variables)
    former = find_whole(data)
    unit_tested = former is not None and former[1].has_definitions_of(inputs)
    is_published = (
        former is not None and former[1].invocation_id == record.invocation_id
    )
    trained_before = runs.is_trained_before or is_published
    not_run = (unit_tested, trained_before, runs.untouched)
    record.require_publishable(data.warehouse, *not_run)
    if former and is_published:
        folder, version = former
        if is_as_published(folder, version):
            return PublishReport(version, folder, is_new=False)

    published_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    version_id = next_id(data, published_at)
    staging = staging_folder(data, version_id)
    try:
        rows = _write(data.warehouse, staging, record.marts())
    except UserError:
        sweep(data)
        raise
    # The warehouse may have been rebuilt between the check and the copy.
    record.require_publishable(data.warehouse, *not_run)
    version = Version(
        id=version_id,
        published_at=published_at,
        invocation_id=record.invocation_id,
        dbt_version=record.dbt_version,
        inputs=inputs,
        database_sha256=sha256_of(staging / "marts.duckdb"),
        marts={
            name: PublishedMart(count, sha256_of(staging / f"{name}.parquet"))
            for name, count in rows.items()
        },
    )
    (staging / "version.json").write_text(
        json.dumps(asdict(version), indent=2) + "\n", encoding="utf-8"
    )
    folder = swap_in(data, staging)
    sweep(data)
    return PublishReport(version, folder, is_new=True)


def _write(warehouse: Path, staging: Path, marts: list[Mart]) -> dict[str, int]:
    """Have the writer fill the folder; return the rows of each mart."""
    order = {
        "warehouse": str(warehouse),
        "folder": str(staging),
        "marts": [asdict(mart) for mart in marts],
    }
    done = subprocess.run(
        [sys.executable, "-m", "music_warehouse.publish.writer"],
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise UserError(answer["error"])
    rows: dict[str, int] = answer["rows"]
    return rows
