"""Which runs of dbt were one build, noted beside what dbt noted of the last of them.

A build in two runs, or one that left alone what was trained before, looks like a part
of a build to whoever reads dbt's artefacts alone. With the note it can be published
later, and by another process, than the one that has built.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from music_warehouse.publish.build_record import BuildRecord
from music_warehouse.publish.versions import Inputs

_FILE = "finished_build.json"


@dataclass(frozen=True)
class Runs:
    """The runs of dbt that are one build: the `first` where there were two, and
    whether the last left models alone that an earlier build had trained."""

    first: BuildRecord | None = None
    is_trained_before: bool = False


def note_finished(target: Path, inputs: Inputs, runs: Runs) -> None:
    """Note what the build that dbt's target folder tells of was made from."""
    results = runs.first.results["results"] if runs.first else None
    noted = {
        "invocation_id": BuildRecord.read(target).invocation_id,
        "inputs": asdict(inputs),
        "is_trained_before": runs.is_trained_before,
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
        return Inputs(**noted["inputs"]), Runs(first, noted["is_trained_before"])
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None
