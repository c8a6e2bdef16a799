"""Which files were delivered, and which source table each one belongs to."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from music_warehouse.contracts import Contract
from music_warehouse.errors import UserError

_NOT_DELIVERIES = ("_", ".")
_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet")


@dataclass(frozen=True)
class Delivery:
    """A file and the contract it must keep."""

    path: Path
    contract: Contract


@dataclass(frozen=True)
class IgnoredFile:
    """A file in a folder that belongs to no known source table."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Found:
    """What lies at the given paths."""

    deliveries: tuple[Delivery, ...]
    ignored: tuple[IgnoredFile, ...]


def find_deliveries(
    paths: Sequence[Path], contracts: Mapping[str, Contract], declared: str | None
) -> Found:
    """The files at `paths`, folders searched through, in the order of loading: the
    contracts' order, then by path. A file given twice is taken once.

    Raises UserError, before anything is loaded, for a path that is missing or
    cannot be read, and for a file named directly whose table cannot be told.
    """
    declared_contract = _declared(contracts, declared)
    deliveries: dict[Path, Delivery] = {}
    ignored: dict[Path, IgnoredFile] = {}
    for given in paths:
        for path in _files(given):
            known = _recognise(path, contracts, declared_contract)
            if isinstance(known, Contract):
                _check_readable(path)
                deliveries[path.resolve()] = Delivery(path, known)
            elif path == given:
                raise UserError(f"{path} was not ingested: {known}")
            else:
                ignored[path.resolve()] = IgnoredFile(path, known)
    return Found(
        tuple(
            sorted(
                deliveries.values(),
                key=lambda d: (d.contract.delivery_order, d.path.as_posix()),
            )
        ),
        tuple(sorted(ignored.values(), key=lambda i: i.path.as_posix())),
    )


def _declared(
    contracts: Mapping[str, Contract], declared: str | None
) -> Contract | None:
    if declared is None:
        return None
    if declared not in contracts:
        raise UserError(
            f"There is no source table {declared}; known are {', '.join(contracts)}."
        )
    return contracts[declared]


def _files(given: Path) -> Iterator[Path]:
    if not given.exists():
        raise UserError(f"{given} does not exist.")
    if not given.is_dir():
        yield given
        return

    def refuse(error: OSError) -> None:
        raise UserError(f"{error.filename} cannot be read: {error.strerror}.")

    for folder, folders, files in os.walk(given, onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith(_NOT_DELIVERIES))
        for name in sorted(files):
            if not name.startswith(_NOT_DELIVERIES):
                yield Path(folder, name)


def _check_readable(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"{path} is not a file.")
    try:
        path.open("rb").close()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error


def _recognise(
    path: Path, contracts: Mapping[str, Contract], declared: Contract | None
) -> Contract | str:
    """The contract of a file, or a sentence that says why it has none."""
    by_place = _by_place(path.absolute(), contracts)
    if isinstance(by_place, Contract):
        if declared is not None and declared != by_place:
            raise UserError(
                f"{path} looks like a file of {by_place.name}, but "
                f"{declared.name} was given."
            )
        return by_place
    return declared or by_place


def _by_place(path: Path, contracts: Mapping[str, Contract]) -> Contract | str:
    stem, suffix = _split_name(path.name)
    folder, above = path.parent.name, path.parent.parent.name
    in_table_folder = contracts.get(f"{above}.{folder}")
    if in_table_folder is not None:
        return in_table_folder
    if suffix not in _SUFFIXES:
        return "its name ends in none of " + ", ".join(_SUFFIXES) + "."
    if folder in {contract.source for contract in contracts.values()}:
        return contracts.get(
            f"{folder}.{stem}", f"the source {folder} has no table {stem}."
        )
    named = [contract for contract in contracts.values() if contract.table == stem]
    if len(named) == 1:
        return named[0]
    if named:
        names = ", ".join(contract.name for contract in named)
        return f"its name fits several tables ({names}); say which with --as."
    return "neither its folder nor its name tells a source table; say which with --as."


def _split_name(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.lower().partition(".")
    return stem, dot + suffix
