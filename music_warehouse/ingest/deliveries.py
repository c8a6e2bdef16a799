"""Which files were delivered, and which source table each one belongs to."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from music_warehouse.contracts import Contract
from music_warehouse.errors import UserError
from music_warehouse.ingest.columns import best_fit
from music_warehouse.ingest.json_file import has_fields

_DIGITS = re.compile(r"([0-9]+)")
_NOT_DELIVERIES = ("_", ".")
_ROW_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet")
_JSON_SUFFIXES = (".json", ".json.gz")
_SUFFIXES = (*_ROW_SUFFIXES, *_JSON_SUFFIXES)


@dataclass(frozen=True)
class Delivery:
    """A file and the contract it must keep.

    `folder` is the name of the folder below the table's that the file lies in, where
    the contract says that this tells something of its rows.
    """

    path: Path
    contract: Contract
    folder: str | None = None

    @property
    def shown_path(self) -> Path:
        """The path to print: a folder that tells something of people is masked."""
        return _masked(self.path, self.folder)


@dataclass(frozen=True)
class IgnoredFile:
    """A file in a folder that belongs to no known source table, or a folder that
    was not searched."""

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
    contracts' order, then the natural order of paths (`day_9` before `day_10`). A
    file given twice, or found by way of a symbolic link too, is taken once.

    Raises UserError, before anything is loaded, for a path that is missing or
    cannot be read, and for a file named directly whose table cannot be told.
    """
    declared_contract = _declared(contracts, declared)
    deliveries: dict[str, Delivery] = {}
    ignored: dict[str, IgnoredFile] = {}
    for given in paths:
        for path in _files(given):
            real_path = os.path.realpath(path)
            if path.is_dir():
                ignored[str(path)] = IgnoredFile(
                    path, "it leads back to a folder that it lies in."
                )
                continue
            is_direct = path == given
            known = _recognise(path, contracts, declared_contract, is_direct)
            if isinstance(known, Contract):
                _check_readable(path)
                deliveries[real_path] = Delivery(path, known, _folder(path, known))
            elif is_direct:
                raise UserError(f"{path} was not ingested: {known}")
            else:
                folders = (_folder(path, contract) for contract in contracts.values())
                folder = next((name for name in folders if name is not None), None)
                ignored[real_path] = IgnoredFile(_masked(path, folder), known)
    return Found(
        tuple(
            sorted(
                deliveries.values(),
                key=lambda d: (d.contract.delivery_order, _natural(d.path)),
            )
        ),
        tuple(
            sorted(
                (file for real, file in ignored.items() if real not in deliveries),
                key=lambda file: _natural(file.path),
            )
        ),
    )


def _natural(path: Path) -> tuple[object, ...]:
    """Sorts numbers in names by their value: `day_9` before `day_10`."""
    parts = [_DIGITS.split(part) for part in path.parts]
    for part in parts:
        part[1::2] = [int(digits) for digits in part[1::2]]
    return parts, path.as_posix()


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
    """The files at a path, and the folders left out because a symbolic link to a
    folder above would be followed for ever."""
    if not given.exists():
        raise UserError(f"{given} does not exist.")
    if not given.is_dir():
        yield given
        return

    yield from _files_in(given, frozenset())


def _files_in(folder: Path, folders_above: frozenset[str]) -> Iterator[Path]:
    real_path = os.path.realpath(folder)
    if real_path in folders_above:
        yield folder
        return
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UserError(f"{folder} cannot be read: {error.strerror}.") from error
    for name in names:
        path = folder / name
        if name.startswith(_NOT_DELIVERIES):
            continue
        if path.is_dir():
            yield from _files_in(path, folders_above | {real_path})
        else:
            yield path


def _check_readable(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"{path} is not a file.")
    try:
        path.open("rb").close()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error


def _recognise(
    path: Path,
    contracts: Mapping[str, Contract],
    declared: Contract | None,
    is_direct: bool,
) -> Contract | str:
    """The contract of a file, or a sentence that says why it has none.

    A file of an unknown kind, such as a transfer's `.part`, is no delivery unless
    it is named directly together with its table.
    """
    by_place = _by_place(path.absolute(), contracts)
    if isinstance(by_place, Contract):
        if declared is not None and declared != by_place:
            raise UserError(
                f"{path} looks like a file of {by_place.name}, but "
                f"{declared.name} was given."
            )
    elif declared is not None:
        by_place = declared
    suffix = _split_name(path.name)[1]
    if not suffix and not (is_direct and declared is not None):
        return "its name ends in none of " + ", ".join(_SUFFIXES) + "."
    return _if_in_form(path, suffix, by_place)


def _if_in_form(path: Path, suffix: str, known: Contract | str) -> Contract | str:
    """The contract, if the file is of the kind that its table's files are."""
    if isinstance(known, str):
        return known
    if known.folder_column is None:
        if suffix in _JSON_SUFFIXES:
            return f"files of {known.name} are not JSON."
        return known
    if suffix not in _JSON_SUFFIXES:
        return f"files of {known.name} are JSON."
    if _folder(path, known) is None:
        return (
            f"files of {known.name} lie in one folder per listener, "
            f"{known.source}/{known.table}/<{known.folder_column}>/."
        )
    if not known.names_file(path.name):
        _check_readable(path)
        if not has_fields(path, known):
            return f"neither its name nor its fields are those of {known.name}."
    return known


def _masked(path: Path, folder: str | None) -> Path:
    return Path(*("***" if part == folder else part for part in path.parts))


def _folder(path: Path, contract: Contract) -> str | None:
    if contract.folder_column is None:
        return None
    parts = path.absolute().parts
    for place in range(len(parts) - 3, 0, -1):
        if parts[place - 1 : place + 1] == (contract.source, contract.table):
            return parts[place + 1]
    return None


def _by_place(path: Path, contracts: Mapping[str, Contract]) -> Contract | str:
    stem, _ = _split_name(path.name)
    folder, above = path.parent.name, path.parent.parent.name
    in_table_folder = contracts.get(f"{above}.{folder}")
    if in_table_folder is not None:
        return in_table_folder
    for contract in contracts.values():
        if _folder(path, contract) is not None:
            return contract
    if folder in {contract.source for contract in contracts.values()}:
        return contracts.get(
            f"{folder}.{stem}", f"the source {folder} has no table {stem}."
        )
    named = [contract for contract in contracts.values() if contract.table == stem]
    if len(named) == 1:
        return named[0]
    if named:
        fitting = best_fit(path, named)
        if fitting is not None:
            return fitting
        names = ", ".join(contract.name for contract in named)
        return f"its name fits several tables ({names}); say which with --as."
    return "neither its folder nor its name tells a source table; say which with --as."


def _split_name(name: str) -> tuple[str, str]:
    """A name in lower case without its suffix, and the suffix: '' if unknown."""
    name = name.lower()
    suffix = next((s for s in _SUFFIXES if name.endswith(s)), "")
    return name.removesuffix(suffix), suffix
