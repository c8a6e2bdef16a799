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
    found = _read(data)
    if found is None:
        return False
    origin, _ = found
    return origin.project_sha256 == inputs.project_sha256 and continues(
        require_deliveries(data), origin
    )


def is_trained(data: DataFolder) -> bool:
    """Whether the Python models were trained to the end, all of them at once, and
    nobody but `build` has written to the warehouse since."""
    found = _read(data)
    return found is not None and found[1] == _written(data)


def was_cut_off(data: DataFolder) -> bool:
    """Whether a training was begun and not ended."""
    found = _read(data)
    return found is not None and found[1] is None


def remember(data: DataFolder, inputs: Inputs, is_trained: bool) -> None:
    """Note that every row of the tables comes from these inputs, and whether the
    Python models' tables, as they are now, are of one training."""
    file = _file(data)
    beside = file.with_name(file.name + ".tmp")
    trained = _written(data) if is_trained else None
    noted = {"inputs": asdict(inputs), "trained_in_warehouse_of": trained}
    beside.write_text(json.dumps(noted) + "\n", encoding="utf-8")
    os.replace(beside, file)


def forget(data: DataFolder) -> None:
    """Note that nothing is known of the tables."""
    _file(data).unlink(missing_ok=True)


def _written(data: DataFolder) -> int | None:
    """When the warehouse was written last, in nanoseconds since 1970."""
    log = data.warehouse.with_name(data.warehouse.name + ".wal")
    files = [file for file in (data.warehouse, log) if file.exists()]
    return max((file.stat().st_mtime_ns for file in files), default=None)


def _read(data: DataFolder) -> tuple[Inputs, int | None] | None:
    try:
        noted = json.loads(_file(data).read_text(encoding="utf-8"))
        return Inputs(**noted["inputs"]), noted["trained_in_warehouse_of"]
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def _file(data: DataFolder) -> Path:
    return data.warehouse.with_suffix(".built_from")
