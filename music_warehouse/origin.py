"""What the warehouse's tables were built from, remembered beside the warehouse.

An incremental model knows new rows, neither new definitions nor another lake. The
file says which definitions and which deliveries its rows may come from; where it is
absent, or the lake or the project is another, only a full refresh is right.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path

from music_warehouse.paths import DataFolder
from music_warehouse.publish import Inputs
from music_warehouse.publish.inputs import continues, require_deliveries


def can_be_continued(data: DataFolder, inputs: Inputs) -> bool:
    """Whether what the tables hold is a beginning of what `inputs` make."""
    origin = _read(data)
    return (
        origin is not None
        and origin.project_sha256 == inputs.project_sha256
        and continues(require_deliveries(data), origin)
    )


def remember(data: DataFolder, inputs: Inputs) -> None:
    """Note that every row of the tables comes from these inputs."""
    file = _file(data)
    beside = file.with_name(file.name + ".tmp")
    beside.write_text(json.dumps(asdict(inputs)) + "\n", encoding="utf-8")
    os.replace(beside, file)


def forget(data: DataFolder) -> None:
    """Note that nothing is known of the tables."""
    _file(data).unlink(missing_ok=True)


def _read(data: DataFolder) -> Inputs | None:
    try:
        return Inputs(**json.loads(_file(data).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _file(data: DataFolder) -> Path:
    return data.warehouse.with_suffix(".built_from")
