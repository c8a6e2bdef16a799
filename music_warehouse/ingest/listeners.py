"""Deliveries of one listener, whose folder is named by the listener's id.

The ledger tells of the folder by the listener's key. The same bytes in the folder of
another listener are another delivery.
"""

import re
from pathlib import Path

from music_warehouse.ingest.deliveries import Delivery
from music_warehouse.privacy.store import PrivacyStore

_FOLDER = re.compile(r"listener-([0-9]+)")


def listener_folder(user_key: int) -> str:
    """What stands in the ledger for a folder that is named by its listener's id."""
    return f"listener-{user_key}"


def erased_folder(file_seq: int) -> str:
    """What stands there once that listener is erased."""
    return f"listener-erased-{file_seq}"


def listener_of(told_path: Path) -> int | None:
    """The key of the listener that a path of the ledger tells of; None where it tells
    of none, or of an erased one."""
    found = [_FOLDER.fullmatch(part) for part in told_path.parent.parts]
    return next((int(folder[1]) for folder in reversed(found) if folder), None)


def told_path(delivery: Delivery, privacy: PrivacyStore, file_seq: int) -> Path:
    """The path that the ledger tells of: a folder's name that is a listener's id
    becomes that listener's key, or a number if the listener is erased."""
    path = delivery.path.absolute()
    if delivery.folder is None:
        return path
    listener = privacy.listener(delivery.folder)
    told = erased_folder(file_seq) if listener is None else listener_folder(listener)
    return Path(*(told if part == delivery.folder else part for part in path.parts))
