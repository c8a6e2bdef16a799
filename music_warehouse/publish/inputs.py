"""What a build is made from, as hashes: equal hashes, nothing new to build."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from music_warehouse.errors import UserError
from music_warehouse.ingest.lake import LEDGER
from music_warehouse.ingest.ledger import (
    DUPLICATE,
    REJECTED,
    LedgerEntry,
    read_ledger,
)
from music_warehouse.paths import DataFolder
from music_warehouse.project_vars import ACCEPTED_FILES
from music_warehouse.publish.versions import Inputs

_PROJECT_FOLDERS = (
    *("models", "macros", "seeds", "python_models", "dbt_project"),
    # What the Python models compute with.
    "music_warehouse/learning",
)
_PROJECT_FILES = ("dbt_project.yml", "profiles.yml", "selectors.yml")
_ENGINES = (
    *("dbt-core", "dbt-duckdb", "duckdb", "music-warehouse"),
    *("dbt-redshift", "dbt-redshift-python"),
    # What vectors are computed with.
    *("numpy", "scipy", "scikit-learn", "gensim"),
)


def read_inputs(
    data: DataFolder, project: Path, variables: Mapping[str, Any]
) -> Inputs:
    """The inputs as they are now; a lake without deliveries is a user's mistake."""
    return inputs_of(require_deliveries(data), project, variables)


def inputs_of(
    entries: Sequence[LedgerEntry], project: Path, variables: Mapping[str, Any]
) -> Inputs:
    """The inputs of a build from these deliveries."""
    return Inputs(
        ledger_sequence=informative(entries)[-1].file_seq,
        ledger_sha256=ledger_sha256(entries),
        project_sha256=_project_sha256(project, variables),
    )


def require_deliveries(data: DataFolder) -> list[LedgerEntry]:
    """Every entry of the ledger; UserError where there is none."""
    entries = read_ledger(data)
    if not entries:
        raise UserError(
            f"The lake in {data.lake} holds no deliveries: run `music-warehouse "
            "ingest PATH`, or `music-warehouse generate` first to have some."
        )
    return entries


def informative(entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """The entries that add to what is known of the deliveries: all but duplicates,
    and but files rejected whole that were rejected before, the same bytes of the same
    path."""
    rejected: set[tuple[str, str, str, str]] = set()
    found = []
    for entry in entries:
        if entry.state == REJECTED:
            refused = (
                *(entry.source, entry.table_name),
                *(entry.file_path, entry.file_sha256),
            )
            if refused in rejected:
                continue
            rejected.add(refused)
        if entry.state != DUPLICATE:
            found.append(entry)
    return found


def continues(entries: Sequence[LedgerEntry], former: Inputs) -> bool:
    """Whether a ledger begins with the one of `former`. One that does not is of
    another lake: its sequence numbers are the same, its deliveries are not."""
    last = former.ledger_sequence
    begun = [entry for entry in entries if entry.file_seq <= last]
    return ledger_sha256(begun) == former.ledger_sha256


def unchanged_since(data: DataFolder, project: Path, moment: float) -> bool:
    """Whether ledger and project are older than `moment`, in seconds since 1970.

    Folders count too: theirs is the time at which a file was last removed.
    """
    ledger = _ledger_file(data)
    if not ledger.is_file():
        return False
    files = [ledger, *project_files(project)]
    folders = {file.parent for file in files} - {project}
    return all(path.stat().st_mtime < moment for path in (*files, *folders))


def project_files(project: Path) -> Iterator[Path]:
    """The files dbt reads, in a fixed order."""
    for name in _PROJECT_FILES:
        if (project / name).is_file():
            yield project / name
    for folder in _PROJECT_FOLDERS:
        for file in sorted((project / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file


def _ledger_file(data: DataFolder) -> Path:
    return data.lake / LEDGER / "ledger.parquet"


def ledger_sha256(entries: Sequence[LedgerEntry]) -> str:
    """The hash of all deliveries that add to what is known, and of what became of
    them."""
    digest = hashlib.sha256()
    for entry in informative(entries):
        facts = (entry.file_seq, entry.file_sha256, entry.state, entry.lake_sha256)
        digest.update(json.dumps(facts).encode() + b"\n")
    return digest.hexdigest()


def _project_sha256(project: Path, variables: Mapping[str, Any]) -> str:
    digest = hashlib.sha256()
    for file in project_files(project):
        digest.update(file.relative_to(project).as_posix().encode() + b"\0")
        told = _settings(file) if file.name == "dbt_project.yml" else file.read_bytes()
        digest.update(hashlib.sha256(told).digest())
    counted = {name: variables[name] for name in variables if name != ACCEPTED_FILES}
    digest.update(json.dumps(counted, sort_keys=True, default=str).encode())
    for engine in _ENGINES:
        digest.update(f"{engine}={_installed(engine)}\n".encode())
    return digest.hexdigest()


def _settings(file: Path) -> bytes:
    """What `dbt_project.yml` says, without the accepted files: those decide whether
    the tables may be published, not what they hold."""
    text = file.read_bytes()
    try:
        told = yaml.safe_load(text)
        told["vars"].pop(ACCEPTED_FILES, None)
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError):
        return text
    return repr(told).encode()


def _installed(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "absent"
