"""Whom nothing may be taken in of again: the HMACs of erased people."""

from pathlib import Path

from music_warehouse.privacy.files import write_private
from music_warehouse.privacy.pseudonyms import key_of_digest


def read_suppressed(path: Path) -> frozenset[int]:
    """The keys of everybody on the list; nobody where there is none."""
    return frozenset(key_of_digest(digest) for digest in _digests(path))


def suppress(path: Path, digest: str) -> bool:
    """Put a person on the list, by the whole HMAC of the id; whether the person was
    not on it."""
    digests = _digests(path)
    if digest in digests:
        return False
    write_private(path, "".join(f"{line}\n" for line in sorted({*digests, digest})))
    return True


def _digests(path: Path) -> list[str]:
    try:
        return path.read_text("ascii").split()
    except FileNotFoundError:
        return []
