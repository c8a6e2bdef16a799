"""Delivered files that an erasure has written again: no new deliveries."""

import json
from pathlib import Path

_FILE = Path("ledger", "rewritten.json")


def read_rewritten(lake: Path) -> dict[str, int]:
    """The number of the loaded delivery that each rewritten file is what is left of,
    by the SHA-256 of its bytes."""
    try:
        known: dict[str, int] = json.loads((lake / _FILE).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return known


def remember_rewritten(lake: Path, sha256: str, file_seq: int) -> None:
    """Note, before it takes its place, what a rewritten file is left of."""
    known = {**read_rewritten(lake), sha256: file_seq}
    beside = lake / _FILE.with_suffix(".json.tmp")
    beside.write_text(json.dumps(known, indent=0) + "\n", encoding="utf-8")
    beside.replace(lake / _FILE)
