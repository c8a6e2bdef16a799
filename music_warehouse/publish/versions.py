"""The versions on disk: which is current, how one takes its place, which are kept.

`published/current` is a symbolic link to `versions/<id>`, replaced by one rename. Where
links cannot be made (Windows without the right to, some network file systems), the
file `published/current.txt` holds the same relative path and is replaced the same way.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from music_warehouse.errors import UserError
from music_warehouse.paths import DataFolder

KEPT_VERSIONS = 3
_LINK = "current"
_POINTER = "current.txt"
_VERSIONS = "versions"
_UNFINISHED = "."


@dataclass(frozen=True)
class Inputs:
    """What a build was made from.

    `ledger_sequence` is the `file_seq` of the last delivery that was no duplicate,
    `ledger_sha256` the hash of all such deliveries and what became of them,
    `project_sha256` that of dbt's project, its vars and its engine.
    """

    ledger_sequence: int
    ledger_sha256: str
    project_sha256: str


@dataclass(frozen=True)
class PublishedMart:
    """One table of a version: its rows, and the hash of its Parquet file."""

    rows: int
    parquet_sha256: str


@dataclass(frozen=True)
class Version:
    """A published version, as its `version.json` tells.

    `inputs` is None where the build's inputs had changed before it was published.
    `published_at` is UTC, in ISO 8601.
    """

    id: str
    published_at: str
    invocation_id: str
    dbt_version: str
    inputs: Inputs | None
    database_sha256: str
    marts: dict[str, PublishedMart]

    @classmethod
    def read(cls, folder: Path) -> "Version":
        """Read `version.json` of a version's folder; UserError where it, or a file
        it tells of, is missing or damaged."""
        try:
            told: dict[str, Any] = json.loads(
                (folder / "version.json").read_text(encoding="utf-8")
            )
            told["inputs"] = told["inputs"] and Inputs(**told["inputs"])
            told["marts"] = {
                name: PublishedMart(**mart) for name, mart in told["marts"].items()
            }
            version = cls(**told)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise damaged(folder) from error
        files = ["marts.duckdb", *(f"{name}.parquet" for name in version.marts)]
        if not all((folder / file).is_file() for file in files):
            raise damaged(folder)
        return version

    def has_definitions_of(self, inputs: Inputs | None) -> bool:
        """Whether it was built by the same project, vars and engines."""
        if inputs is None or self.inputs is None:
            return False
        return self.inputs.project_sha256 == inputs.project_sha256


def current_version(data: DataFolder) -> Path:
    """The folder of the version that readers see now.

    The one way to find it, on every system: the link, else the pointer file. Resolve
    it once per session and read everything from the folder returned: the former
    versions stay on disk for a while, so that one session never sees two versions.
    """
    folder = find_current(data)
    if folder is None:
        raise UserError(
            f"Nothing is published in {data.published}: run `music-warehouse build`."
        )
    return folder


def find_current(data: DataFolder) -> Path | None:
    """Like `current_version`, but None where nothing has been published."""
    try:
        target = os.readlink(data.published / _LINK)
    except OSError:
        try:
            target = (data.published / _POINTER).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
    folder = (data.published / target).resolve()
    return folder if folder.is_dir() else None


def find_whole(data: DataFolder) -> tuple[Path, Version] | None:
    """The current version and its folder; None where it is damaged or there is none."""
    folder = find_current(data)
    if folder is None:
        return None
    try:
        return folder, Version.read(folder)
    except UserError:
        return None


def damaged(folder: Path) -> UserError:
    """What to say of a version that cannot be read."""
    return UserError(
        f"The published version {folder} is damaged: run `music-warehouse build`."
    )


def next_id(data: DataFolder, published_at: str) -> str:
    """The id of the next version: a running number, then the time."""
    used = [int(folder.name.split("-")[0]) for folder in _finished(data)]
    compact = published_at.replace("-", "").replace(":", "")
    return f"{max(used, default=0) + 1:06d}-{compact}"


def staging_folder(data: DataFolder, version_id: str) -> Path:
    """A new folder for a version that is being written; readers never look there."""
    folder = data.published / _VERSIONS / f"{_UNFINISHED}{version_id}"
    folder.mkdir(parents=True)
    return folder


def swap_in(data: DataFolder, staging: Path) -> Path:
    """Make a written version the current one, and return its folder.

    Everything reaches the disk before the one rename that readers can see.
    """
    for file in staging.iterdir():
        _flush(file)
    _flush(staging)
    folder = staging.with_name(staging.name.removeprefix(_UNFINISHED))
    staging.rename(folder)
    _flush(folder.parent)
    _point_to(data, folder)
    _flush(data.published)
    return folder


def sweep(data: DataFolder) -> None:
    """Remove what a killed publish left, and all versions but the last three.

    A version later than the current one was written but never swapped in.
    """
    current = find_current(data)
    versions = _finished(data)
    kept = [folder for folder in versions if current and folder.name <= current.name][
        -KEPT_VERSIONS:
    ]
    for folder in versions:
        if folder not in kept:
            # Renamed first: a version half deleted must not look like one.
            folder.rename(folder.with_name(f"{_UNFINISHED}{folder.name}"))
    for left in (data.published / _VERSIONS).glob(f"{_UNFINISHED}*"):
        # Windows keeps a file that a reader has open; the next sweep gets it.
        shutil.rmtree(left, ignore_errors=True)
    for left in data.published.glob(f"{_UNFINISHED}{_LINK}*"):
        left.unlink()


def _point_to(data: DataFolder, folder: Path) -> None:
    target = f"{_VERSIONS}/{folder.name}"
    link, pointer = data.published / _LINK, data.published / _POINTER
    beside = data.published / f"{_UNFINISHED}{_LINK}"
    try:
        os.symlink(target, beside, target_is_directory=True)
    except OSError:
        beside.write_text(target + "\n", encoding="utf-8")
        _flush(beside)
        os.replace(beside, pointer)
        link.unlink(missing_ok=True)
    else:
        os.replace(beside, link)
        pointer.unlink(missing_ok=True)


def _finished(data: DataFolder) -> list[Path]:
    """The versions written to their end, oldest first."""
    return sorted((data.published / _VERSIONS).glob("[0-9]*-*"))


def _flush(path: Path) -> None:
    """Force a file or a folder to the disk; only POSIX can do that for a folder."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
