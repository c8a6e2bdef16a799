"""Which runs of dbt were one build, noted beside what dbt noted of the last of them.

A build in two runs, or one that left alone what was trained before, or what nothing has
come for, looks like a part of a build to whoever reads dbt's artefacts alone. With the
note it can be published later, and by another process, than the one that has built.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from music_warehouse.errors import UserError
from music_warehouse.publish.build_record import BuildRecord
from music_warehouse.publish.versions import Inputs

_FILE = "finished_build.json"


@dataclass(frozen=True)
class Runs:
    """The runs of dbt that are one build: the `first` where there were two, whether the
    last left models alone that an earlier build had trained, and the unique ids of
    nodes for which nothing has come since a published build ran them."""

    first: BuildRecord | None = None
    is_trained_before: bool = False
    untouched: Sequence[str] = ()


def note_finished(target: Path, inputs: Inputs, runs: Runs) -> None:
    """Note what the build that dbt's target folder tells of was made from."""
    results = runs.first.results["results"] if runs.first else None
    noted = {
        "invocation_id": BuildRecord.read(target).invocation_id,
        "inputs": asdict(inputs),
        "is_trained_before": runs.is_trained_before,
        "untouched": [*runs.untouched],
        "first_results": results
        and [{key: each[key] for key in ("unique_id", "status")} for each in results],
    }
    beside = target / f"{_FILE}.tmp"
    beside.write_text(json.dumps(noted) + "\n", encoding="utf-8")
    os.replace(beside, target / _FILE)


def find_finished(target: Path, record: BuildRecord) -> tuple[Inputs, Runs] | None:
    """What was noted of this record's build; None for one that nobody saw through, as
    when somebody runs dbt by hand."""
    try:
        noted = json.loads((target / _FILE).read_text(encoding="utf-8"))
        if noted["invocation_id"] != record.invocation_id:
            return None
        results = noted["first_results"]
        first = BuildRecord({}, {"results": results}) if results is not None else None
        runs = Runs(first, noted["is_trained_before"], noted["untouched"])
        return Inputs(**noted["inputs"]), runs
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def manifest_of(target: Path, inputs: Inputs) -> dict[str, Any] | None:
    """The manifest of the finished build that dbt's target folder tells of, where its
    project, vars and engines are those of `inputs`."""
    try:
        record = BuildRecord.read(target)
    except UserError:
        return None
    finished = find_finished(target, record)
    if finished is None or finished[0].project_sha256 != inputs.project_sha256:
        return None
    # Something else than a run may have left another manifest since.
    written_by = record.manifest["metadata"]["invocation_id"]
    return record.manifest if written_by == record.invocation_id else None
