"""Erasures under way: what is noted until nothing of a person is left."""

import json
from collections.abc import Iterator
from pathlib import Path

from music_warehouse.paths import DataFolder
from music_warehouse.privacy.files import write_private
from music_warehouse.privacy.person import Person

_FOLDER = "erasing"


def begin(data: DataFolder, person: Person) -> None:
    """Note that a person is being erased, and what to look for: once the users'
    files are written again nothing else tells it."""
    noted = json.dumps({"names": sorted(person.names)})
    write_private(_file(data, person), noted + "\n")


def names_noted(data: DataFolder, person: Person) -> frozenset[str] | None:
    """The names of a person whose erasure is under way; None where none is."""
    try:
        noted = json.loads(_file(data, person).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return frozenset(noted["names"])


def end(data: DataFolder, person: Person) -> None:
    """Forget what was noted: the person is erased."""
    _file(data, person).unlink(missing_ok=True)


def unfinished(data: DataFolder) -> int:
    """How many erasures were begun and not ended."""
    return sum(1 for _ in _files(data))


def _file(data: DataFolder, person: Person) -> Path:
    return data.privacy / _FOLDER / f"{person.digest}.json"


def _files(data: DataFolder) -> Iterator[Path]:
    return (data.privacy / _FOLDER).glob("*.json")
