"""The key that pseudonyms are made with."""

import hmac
import os
import secrets
from pathlib import Path

from music_warehouse.errors import UserError
from music_warehouse.paths import DataFolder
from music_warehouse.privacy.files import write_private

KEY_VARIABLE = "MUSIC_WAREHOUSE_KEY"
_SHORTEST_KEY = 32
_LOCAL_KEY_BYTES = 32
_FINGERPRINT_DIGITS = 16


def key_file(data: DataFolder) -> Path:
    """Where the key of a data folder lies whose environment has none."""
    return data.privacy / "key"


def fingerprint_file(data: DataFolder) -> Path:
    """What tells, beside the ledger, which key the lake's pseudonyms are of."""
    return data.lake / "ledger" / "key_fingerprint"


def read_key(data: DataFolder, may_make: bool = False) -> bytes | None:
    """The key: MUSIC_WAREHOUSE_KEY, else the local file's, which is made on first
    need and told of where `may_make`; None where there is none.

    Raises UserError for a key that is too short, or is not the one that the lake's
    pseudonyms were made with: the same person would become two.
    """
    given, file = os.environ.get(KEY_VARIABLE), key_file(data)
    known = _known_fingerprint(data)
    if given:
        key = given.encode()
    elif file.exists():
        key = file.read_bytes().strip()
    elif known is not None:
        raise UserError(
            f"The lake's pseudonyms were made with a key that is not here: set "
            f"{KEY_VARIABLE} to it, or restore {file}."
        )
    elif may_make:
        key = secrets.token_hex(_LOCAL_KEY_BYTES).encode()
        write_private(file, key.decode("ascii"))
        print(
            f"{KEY_VARIABLE} is not set: a key of this data folder's own was made in "
            f"{file}; keep it, for without it the same people get other pseudonyms."
        )
    else:
        return None
    if len(key) < _SHORTEST_KEY:
        where = KEY_VARIABLE if given else str(file)
        raise UserError(f"{where} must have at least {_SHORTEST_KEY} characters.")
    if known is not None and not hmac.compare_digest(known, fingerprint(key)):
        raise UserError(
            "The lake's pseudonyms were made with another key than "
            f"{KEY_VARIABLE if given else file} holds: give that one, or start a new "
            "lake."
        )
    if known is None and may_make:
        _remember(data, key)
    return key


def fingerprint(key: bytes) -> str:
    """What tells keys apart and does not give them away."""
    told = hmac.digest(key, b"fingerprint", "sha256").hex()
    return told[:_FINGERPRINT_DIGITS]


def _known_fingerprint(data: DataFolder) -> str | None:
    try:
        return fingerprint_file(data).read_text("ascii").strip()
    except FileNotFoundError:
        return None


def _remember(data: DataFolder, key: bytes) -> None:
    fingerprint_file(data).parent.mkdir(parents=True, exist_ok=True)
    write_private(fingerprint_file(data), fingerprint(key) + "\n")
