"""Files that only their owner may read."""

import os
from pathlib import Path

_OWNER_ONLY = 0o600
_OWNER_ONLY_FOLDER = 0o700


def private_folder(folder: Path) -> Path:
    """Make a folder, if need be, that only its owner may look into."""
    folder.mkdir(parents=True, exist_ok=True, mode=_OWNER_ONLY_FOLDER)
    return folder


def make_private(path: Path) -> None:
    """Make an empty file, if there is none."""
    private_folder(path.parent)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, _OWNER_ONLY))


def write_private(path: Path, content: str) -> None:
    """Write a file that appears whole, and on the disk, under its name."""
    private_folder(path.parent)
    temporary = path.with_name(path.name + ".tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
