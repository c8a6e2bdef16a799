"""What has landed and is not in the lake yet.

The ledger decides, by the bytes of a file: one that was refused is not taken again and
again, one that comes mended is. Sizes and times only save reading: a file is hashed
where the ledger has one of its size, and once, as long as it is not touched.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from music_warehouse.contracts import load_contracts
from music_warehouse.ingest import LedgerEntry
from music_warehouse.ingest.deliveries import find_deliveries
from music_warehouse.ingest.gate import file_sha256
from music_warehouse.ingest.listeners import listener_of, told_path
from music_warehouse.paths import DataFolder
from music_warehouse.privacy.key import read_key
from music_warehouse.privacy.store import PrivacyStore

SETTLED_SECONDS = 5.0
"""A file written to within so many seconds may still be on its way."""


@dataclass(frozen=True)
class LandedFile:
    """A file that belongs to a source table; `modified_ns` is nanoseconds since 1970,
    `listener` the key of the one whose folder it lies in.

    Its path may tell who it is about: it is shown nowhere and kept nowhere.
    """

    path: Path
    source: str
    table: str
    size: int
    modified_ns: int
    listener: int | None = None

    @property
    def fingerprint(self) -> str:
        """A name for the file as it is now, from which its path cannot be read."""
        told = f"{self.path}\0{self.size}\0{self.modified_ns}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def is_settled(self, now: float) -> bool:
        """Whether nobody has written to it lately; `now` is seconds since 1970. A
        time to come is that of another clock."""
        return abs(now - self.modified_ns / 1e9) >= SETTLED_SECONDS


@dataclass(frozen=True)
class News:
    """`ready` are the files to take in, `arriving` those that are still written, both
    unknown to the ledger; `known` has the fingerprints of all others."""

    ready: list[LandedFile]
    arriving: list[LandedFile]
    known: frozenset[str]

    @property
    def key(self) -> str:
        """The same for the same files to take in, and for no others."""
        return content_version(self.ready)


def content_version(files: Iterable[LandedFile]) -> str:
    """The same for the same files as they are now, and for no others."""
    told = "".join(sorted(file.fingerprint for file in files))
    return hashlib.sha256(told.encode()).hexdigest()


def landed_files(data: DataFolder) -> list[LandedFile]:
    """The files of known source tables; UserError where one cannot be read, or the
    key is not here that the ledger tells listeners' folders by."""
    if not data.landing.is_dir():
        return []
    found = []
    privacy = PrivacyStore(data)
    deliveries = find_deliveries([data.landing], load_contracts(), None).deliveries
    # Without a key nothing of anybody was ever taken in.
    has_key = any(each.folder for each in deliveries) and read_key(data) is not None
    for delivery in deliveries:
        try:
            status = delivery.path.stat()
        except FileNotFoundError:
            continue
        contract = delivery.contract
        found.append(
            LandedFile(
                delivery.path,
                contract.source,
                contract.table,
                status.st_size,
                status.st_mtime_ns,
                listener_of(told_path(delivery, privacy, 0)) if has_key else None,
            )
        )
    return found


def news(
    files: Iterable[LandedFile],
    ledger: Sequence[LedgerEntry],
    now: float | None = None,
    known: Collection[str] = (),
    sha256: Callable[[Path], str] = file_sha256,
) -> News:
    """Tell what is new. `known` are fingerprints found in the ledger before, `now` is
    seconds since 1970."""
    now = time.time() if now is None else now
    taken: dict[tuple[str, str, int | None, int], set[str]] = {}
    for entry in ledger:
        listener = listener_of(Path(entry.file_path))
        of_size = (entry.source, entry.table_name, listener, entry.file_bytes)
        taken.setdefault(of_size, set()).add(entry.file_sha256)
    ready, arriving, still_known = [], [], set()
    for file in files:
        of_size = (file.source, file.table, file.listener, file.size)
        hashes = taken.get(of_size, set())
        if not file.is_settled(now):
            arriving.append(file)
        elif hashes and (file.fingerprint in known or sha256(file.path) in hashes):
            still_known.add(file.fingerprint)
        else:
            ready.append(file)
    return News(ready, arriving, frozenset(still_known))


def without_names(sentence: str, landing: Path) -> str:
    """A sentence with the names of landed files cut down to their source table."""
    words = []
    for word in sentence.split(" "):
        before, found, rest = word.partition(f"{landing}/")
        if found:
            words.append(before + "landing/" + "/".join(rest.split("/")[:2]))
        else:
            words.append(word)
    return " ".join(words)
