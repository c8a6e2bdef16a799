"""Taking a person out of the delivered files that lie in the data folder."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from music_warehouse.contracts import Contract
from music_warehouse.ingest.deliveries import Delivery, find_deliveries
from music_warehouse.ingest.gate import file_sha256, is_parquet
from music_warehouse.ingest.ledger import Ledger
from music_warehouse.ingest.rewritten import read_rewritten, remember_rewritten
from music_warehouse.ingest.rows import FileRejected
from music_warehouse.paths import DataFolder
from music_warehouse.privacy import landed_parquet, landed_text
from music_warehouse.privacy.landed_text import LinesFound
from music_warehouse.privacy.person import Person
from music_warehouse.privacy.pseudonyms import canonical
from music_warehouse.privacy.traces import holds

_BESIDE = ".erasing"
# What comes of a damaged Parquet file, and of values that Python has no form for.
_UNREADABLE = (FileRejected, pa.ArrowException, OSError, ValueError, OverflowError)


@dataclass(frozen=True)
class LandedErasure:
    """What was taken out of the landing folder: lines of files, and whole files (the
    person's own, and files that were refused and cannot be written without the
    person)."""

    lines: int = 0
    rewritten_files: int = 0
    removed_files: int = 0


def find_person(
    data: DataFolder, contracts: Mapping[str, Contract], person: Person
) -> tuple[Person, int]:
    """The person with all the names that landed files give, and how many lines and
    files are the person's."""
    names, found = set(person.names), len(list(_own_folders(data, contracts, person)))
    for delivery in _deliveries(data, contracts):
        lines = _found(delivery, person)
        names |= lines.names
        found += lines.lines
    return replace(person, names=frozenset(names)), found


def without_names_of_others(
    data: DataFolder, contracts: Mapping[str, Contract], person: Person
) -> Person:
    """The person without the names that landed files give to somebody else too, as a
    family's mail address: those are no trace of this person alone."""
    shared: set[str] = set()
    for delivery in _deliveries(data, contracts) if person.names else ():
        if not any(map(landed_text.is_name, delivery.contract.columns)):
            continue
        module = landed_parquet if is_parquet(delivery.path) else landed_text
        with suppress(*_UNREADABLE):
            shared |= module.names_of_others(delivery.path, delivery.contract, person)
    return replace(person, names=person.names - shared)


def erase_from_landing(
    data: DataFolder, contracts: Mapping[str, Contract], person: Person
) -> LandedErasure:
    """Take a person out of every delivery below `landing`.

    That a file's new bytes are no new delivery is noted before they take the place of
    the old ones.
    """
    lines = rewritten = removed = 0
    for folder in list(_own_folders(data, contracts, person)):
        removed += sum(path.is_file() for path in folder.rglob("*"))
        shutil.rmtree(folder)
    ledger = Ledger(data.lake)
    for delivery in _deliveries(data, contracts):
        path, beside = delivery.path, _beside(delivery.path)
        beside.unlink(missing_ok=True)
        found = _found(delivery, person)
        if not found.lines:
            continue
        lines += found.lines
        try:
            _write_without(delivery, person, beside)
        except (FileRejected, pa.ArrowException, ValueError):
            beside.unlink(missing_ok=True)
            path.unlink()
            removed += 1
            continue
        _remember(data, ledger, delivery, beside)
        shutil.copystat(path, beside)
        beside.replace(path)
        rewritten += 1
    return LandedErasure(lines, rewritten, removed)


def _deliveries(
    data: DataFolder, contracts: Mapping[str, Contract]
) -> Iterator[Delivery]:
    """The files that may hold lines of several people."""
    if data.landing.is_dir():
        for delivery in find_deliveries([data.landing], contracts, None).deliveries:
            if delivery.contract.person is not None and delivery.folder is None:
                yield delivery


def _own_folders(
    data: DataFolder, contracts: Mapping[str, Contract], person: Person
) -> Iterator[Path]:
    for contract in contracts.values():
        if contract.folder_column is not None and data.landing.is_dir():
            for table in data.landing.rglob(f"{contract.source}/{contract.table}"):
                for folder in sorted(table.iterdir()):
                    if folder.is_dir() and canonical(folder.name) == person.user_id:
                        yield folder


def _found(delivery: Delivery, person: Person) -> LinesFound:
    if not is_parquet(delivery.path):
        return landed_text.find_lines(delivery.path, delivery.contract, person)
    try:
        return landed_parquet.find_rows(delivery.path, delivery.contract, person)
    except _UNREADABLE:
        return LinesFound(int(holds(delivery.path, person.traces)))


def _write_without(delivery: Delivery, person: Person, beside: Path) -> None:
    module = landed_parquet if is_parquet(delivery.path) else landed_text
    try:
        module.write_without(delivery.path, delivery.contract, person, beside)
    except OSError as error:
        # Arrow's of damaged content have no number, the machine's have.
        if error.errno is not None:
            raise
        raise FileRejected("damaged", str(error)) from error


def _remember(
    data: DataFolder, ledger: Ledger, delivery: Delivery, beside: Path
) -> None:
    contract, path = delivery.contract, delivery.path
    sha256, size = file_sha256(path), path.stat().st_size
    entry = ledger.loaded_file(contract.source, contract.table, size, lambda: sha256)
    file_seq = entry.file_seq if entry else read_rewritten(data.lake).get(sha256)
    if file_seq is not None:
        remember_rewritten(data.lake, file_sha256(beside), file_seq)


def _beside(path: Path) -> Path:
    # A name that begins with a dot is no delivery.
    return path.with_name(f".{path.name}{_BESIDE}")
