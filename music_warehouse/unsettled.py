"""Deliveries that stop publication until somebody has settled them.

The rule is that of the test `assert_reject_share_is_publishable`, told from the ledger
alone, so that it can be said before a build.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from music_warehouse.ingest.ledger import LOADED, REJECTED, LedgerEntry
from music_warehouse.project_vars import (
    ACCEPTED_FILES,
    accepted_files,
    declared_vars,
    max_reject_share,
)
from music_warehouse.publish.inputs import project_files

CHECK = "assert_reject_share_is_publishable"


def unsettled(
    entries: Sequence[LedgerEntry], settings: Mapping[str, Any]
) -> list[LedgerEntry]:
    """The files refused as a whole that did not come again, mended, and those with
    more rejected rows than `max_reject_share`; without the accepted ones, and the
    same bytes under the same path once."""
    accepted = set(accepted_files(settings))
    passed = {_content(entry) for entry in entries if entry.file_seq in accepted}
    most = max_reject_share(settings)
    taken_in = {
        _path(entry): entry.file_seq for entry in entries if entry.state != REJECTED
    }
    found = {}
    for entry in entries:
        if _content(entry) in passed:
            continue
        is_lost = (
            entry.state == REJECTED and taken_in.get(_path(entry), 0) < entry.file_seq
        )
        is_misread = entry.state == LOADED and reject_share(entry) > most
        if is_lost or is_misread:
            found[_path(entry), entry.file_sha256] = entry
    return list(found.values())


def would_be_stopped(
    entries: Sequence[LedgerEntry], project: Path, given: Mapping[str, Any]
) -> bool:
    """Whether a build with these vars ends at the check, in a project that has it."""
    if not any(file.stem == CHECK for file in project_files(project)):
        return False
    return bool(unsettled(entries, {**declared_vars(project), **given}))


def reject_share(entry: LedgerEntry) -> float:
    """The share of a file's rows that were rejected (0-1), 0 for a file of none."""
    rows = entry.line_count - entry.header_lines - entry.blank_lines
    return entry.rows_rejected / rows if rows else 0.0


def why(entry: LedgerEntry) -> str:
    """Why a file is unsettled, in a few words."""
    if entry.state == REJECTED:
        return entry.reason or "refused"
    return f"{reject_share(entry):.0%} of its rows rejected"


def way_out(files: Sequence[LedgerEntry], settings: Mapping[str, Any]) -> str:
    """What to do about unsettled files, in sentences.

    The list to accept has the files accepted already: a var that is given takes the
    place of the project's.
    """
    numbers = sorted({*accepted_files(settings), *(file.file_seq for file in files)})
    comes, it = ("it comes", "it") if len(files) == 1 else ("they come", "them")
    # The rows of a misread file are in the lake: another file does not undo them.
    may_be_mended = all(file.state == REJECTED for file in files)
    mended = f"{comes} again under the same path, mended, or " if may_be_mended else ""
    return (
        f"Nothing new is published until {mended}you let {it} pass: for good by "
        f"`{ACCEPTED_FILES}: {numbers}` in dbt_project.yml, or for one build by "
        f"`music-warehouse build --vars '{{{ACCEPTED_FILES}: {numbers}}}'`."
    )


def _path(entry: LedgerEntry) -> tuple[str, str, str]:
    return entry.source, entry.table_name, entry.file_path


def _content(entry: LedgerEntry) -> tuple[str, str, str]:
    return entry.source, entry.table_name, entry.file_sha256
