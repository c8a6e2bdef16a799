"""Erasing one person: from the lake, the landed files, the vault, the warehouse and
everything published."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from music_warehouse.contracts import Contract, load_contracts
from music_warehouse.errors import UserError
from music_warehouse.ingest.lake import (
    ARTIST_SPELLINGS,
    check_ledger_is_there,
    lake_schemas,
    writing,
)
from music_warehouse.ingest.redo_log import finish_rewriting
from music_warehouse.local_tables import LocalTables
from music_warehouse.paths import DataFolder
from music_warehouse.privacy import journal
from music_warehouse.privacy.files import private_folder
from music_warehouse.privacy.key import read_key
from music_warehouse.privacy.lake_erasure import (
    erase_from_lake,
    rows_of_person,
)
from music_warehouse.privacy.landed import (
    LandedErasure,
    erase_from_landing,
    find_person,
    without_names_of_others,
)
from music_warehouse.privacy.person import Person, telling_names
from music_warehouse.privacy.pseudonyms import Pseudonyms
from music_warehouse.privacy.suppression import read_suppressed, suppress
from music_warehouse.privacy.traces import files_with
from music_warehouse.privacy.vault import Vault
from music_warehouse.publish import find_current

_VERSIONS = "versions"


@dataclass(frozen=True)
class ErasureReport:
    """What one erasure did.

    `is_new` says that the person was not suppressed before; `left` are the files that
    still hold a trace. `was_rebuilt` says that there was a warehouse, or something
    published, and that it was built anew.
    """

    is_new: bool
    rows: int = 0
    cards: int = 0
    landed: LandedErasure = field(default_factory=LandedErasure)
    was_rebuilt: bool = False
    left: tuple[Path, ...] = ()


def erase(
    data: DataFolder,
    user_id: str,
    rebuild: Callable[[], object],
    searched: Sequence[Path] = (),
    in_advance: bool = False,
) -> ErasureReport:
    """Erase a person by the id that the deliveries have.

    First the person is suppressed, so that no delivery brings the person back; what
    is cut off after that is completed by the same call again. `rebuild` builds and
    publishes from the lake; `searched` are folders besides the data folder to look
    for traces in. Raises UserError for a blank id, and where nothing of the person is
    there, unless the person is suppressed already or, `in_advance`, is to be.
    """
    if not user_id.strip():
        raise UserError("The id is blank: say whom to erase.")
    key = read_key(data, may_make=in_advance)
    if key is None:
        raise _unknown()
    person = Person.of(user_id, Pseudonyms(key))
    contracts = load_contracts()
    schemas = lake_schemas(contracts)
    with writing(data.lake, schemas):
        check_ledger_is_there(data.lake, schemas)
        finish_rewriting(data.lake)
        person, is_known = _look_for(data, contracts, person)
        is_suppressed = person.user_key in read_suppressed(_suppressed(data))
        if not is_known:
            if not (in_advance or is_suppressed):
                raise _unknown()
            return ErasureReport(suppress(_suppressed(data), person.digest))
        private_folder(data.privacy)
        journal.begin(data, person)
        is_new = suppress(_suppressed(data), person.digest)
        rows = erase_from_lake(data.lake, contracts, person.user_key)
        landed = erase_from_landing(data, contracts, person)
        tokens = _erase_cards(data, person)
    was_rebuilt = _build_anew(data, rebuild)
    left = _files_left(data, contracts, person, tokens, searched)
    if not left:
        journal.end(data, person)
    return ErasureReport(is_new, rows, len(tokens), landed, was_rebuilt, tuple(left))


def _files_left(
    data: DataFolder,
    contracts: Mapping[str, Contract],
    person: Person,
    tokens: Sequence[str],
    searched: Sequence[Path],
) -> list[Path]:
    """The files that still hold a trace of the person, the list of the erased apart."""
    traces = [*person.traces, *(token.encode() for token in tokens)]

    def with_any(of_these: list[bytes]) -> list[Path]:
        return [
            path
            for folder in (data.root, *searched)
            for path in files_with(folder, of_these)
            if not path.is_relative_to(data.privacy)
        ]

    left = with_any(traces)
    chance = _found_by_chance(data, contracts, person) if left else set()
    return with_any([each for each in traces if each not in chance]) if chance else left


def _found_by_chance(
    data: DataFolder, contracts: Mapping[str, Contract], person: Person
) -> set[bytes]:
    """Traces that stand in the lake as something else, where no id and no name of a
    person enters: the number of somebody else's play or payment, and a user name in a
    table about nobody; whoever is called like an artist leaves the artist behind."""
    tables = {data.lake / c.source / c.table: c for c in contracts.values()}
    about_nobody = [folder for folder, c in tables.items() if c.person is None]
    names = {name.encode() for name in person.names if "@" not in name}
    folders = {name: [*about_nobody, data.lake / ARTIST_SPELLINGS] for name in names}
    # Not the ledger and the rejects: what tells of files may name the person.
    folders[person.user_id.encode()] = [*tables]
    return {
        trace
        for trace, searched in folders.items()
        if any(files_with(folder, [trace]) for folder in searched)
    }


def _look_for(
    data: DataFolder, contracts: Mapping[str, Contract], person: Person
) -> tuple[Person, bool]:
    """The person with all known names, and whether anything of the person is here."""
    noted = journal.names_noted(data, person)
    person, landed = find_person(data, contracts, person)
    rows = rows_of_person(data.lake, contracts, person.user_key)
    names = person.names | (noted or frozenset())
    person = replace(person, names=telling_names(names, contracts))
    person = without_names_of_others(data, contracts, person)
    return person, bool(landed or rows or noted is not None)


def _suppressed(data: DataFolder) -> Path:
    return data.privacy / "suppressed"


def _erase_cards(data: DataFolder, person: Person) -> list[str]:
    path = data.privacy / "vault.sqlite"
    if not path.exists():
        return []
    vault = Vault(path)
    try:
        return vault.erase(person.user_key)
    finally:
        vault.close()


def _build_anew(data: DataFolder, rebuild: Callable[[], object]) -> bool:
    """Build into a new file, for deleted rows stay in the old one's bytes. Readers
    keep what is published until the new version is."""
    if not data.warehouse.exists() and find_current(data) is None:
        return False
    LocalTables(data).forget()
    for suffix in ("", ".wal"):
        data.warehouse.with_name(data.warehouse.name + suffix).unlink(missing_ok=True)
    shutil.rmtree(
        data.warehouse.with_name(data.warehouse.name + ".tmp"), ignore_errors=True
    )
    rebuild()
    current = find_current(data)
    for version in (data.published / _VERSIONS).iterdir():
        if current is None or version.name != current.name:
            # Renamed first: a version half deleted must not look like one.
            doomed = version.with_name(f".{version.name.lstrip('.')}")
            version.rename(doomed)
            shutil.rmtree(doomed)
    return True


def _unknown() -> UserError:
    return UserError(
        "Nobody of this id is in the data folder; to keep the person out from the "
        "start, run the same with --in-advance."
    )
