"""Putting rewritten files of the lake in place, all of them or none.

They are written beside the old ones, noted in a log, put in place, and then the ledger
tells of them. What is cut off after the note is completed from it; what is cut off
before has changed nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from music_warehouse.ingest.lake import TEMPORARY_SUFFIX, flush
from music_warehouse.ingest.ledger import Ledger, LedgerEntry, replace_entries

_LOG = Path("ledger", "rewriting.json")


@dataclass(frozen=True)
class Rewritten:
    """What one delivery becomes: the changed fields of its ledger entry, and its
    rewritten files relative to the lake."""

    file_seq: int
    file_path: str
    rows_loaded: int
    rows_suppressed: int
    lake_sha256: str | None
    files: tuple[str, ...]


def put_in_place(lake: Path, rewritten: Sequence[Rewritten]) -> None:
    """Let files that lie beside those of the lake take their place."""
    for each in rewritten:
        for name in each.files:
            flush(beside(lake / name))
    log = beside(lake / _LOG)
    log.write_text(json.dumps([asdict(each) for each in rewritten]), encoding="utf-8")
    flush(log)
    log.replace(lake / _LOG)
    finish_rewriting(lake)


def finish_rewriting(lake: Path) -> None:
    """Complete what was cut off while files were put in place, if anything was."""
    log = lake / _LOG
    if not log.exists():
        return
    noted = [Rewritten(**each) for each in json.loads(log.read_text("utf-8"))]
    for each in noted:
        for name in each.files:
            if beside(lake / name).exists():
                beside(lake / name).replace(lake / name)
    changed = {each.file_seq: each for each in noted}
    replace_entries(lake, [_changed(e, changed) for e in Ledger(lake).entries()])
    log.unlink()


def beside(path: Path) -> Path:
    """Where a file that is to take the place of another is written."""
    return path.with_name(path.name + TEMPORARY_SUFFIX)


def _changed(entry: LedgerEntry, changed: Mapping[int, Rewritten]) -> LedgerEntry:
    new = changed.get(entry.file_seq)
    if new is None:
        return entry
    return replace(
        entry,
        file_path=new.file_path,
        rows_loaded=new.rows_loaded,
        rows_suppressed=new.rows_suppressed,
        lake_sha256=new.lake_sha256,
    )
