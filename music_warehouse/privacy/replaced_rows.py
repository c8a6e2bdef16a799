"""Rows of others that a row of the person has replaced.

The latest word on a play or a payment counts. Where that is the person's, and is
erased, the former word would count again: it goes too.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from music_warehouse.contracts import Contract
from music_warehouse.ingest.ledger import LedgerEntry

_LINE_NUMBER = "line_number"


def replaced_rows(
    lake: Path,
    entries: Sequence[LedgerEntry],
    contracts: Mapping[str, Contract],
    user_key: int,
) -> dict[int, set[int]]:
    """The lines that go beside the person's own, by the number of their delivery."""
    found: dict[int, set[int]] = {}
    for contract in contracts.values():
        if contract.latest_by is None or contract.person is None:
            continue
        files = [
            entry
            for entry in entries
            if (entry.source, entry.table_name) == (contract.source, contract.table)
            and entry.lake_path is not None
        ]
        latest = _latest_of_person(lake, files, contract, user_key)
        for entry in files if latest else ():
            lines = _replaced(lake, entry, contract, user_key, latest)
            if lines:
                found[entry.file_seq] = lines
    return found


def _latest_of_person(
    lake: Path, files: Sequence[LedgerEntry], contract: Contract, user_key: int
) -> dict[int, tuple[int, int]]:
    """File and line of the person's latest row under each id."""
    latest: dict[int, tuple[int, int]] = {}
    for entry in sorted(files, key=lambda entry: entry.file_seq):
        ids, people, lines = _columns(lake, entry, contract)
        own = people == user_key
        for each, line in zip(ids[own].tolist(), lines[own].tolist(), strict=True):
            latest[each] = max(latest.get(each, (0, 0)), (entry.file_seq, line))
    return latest


def _replaced(
    lake: Path,
    entry: LedgerEntry,
    contract: Contract,
    user_key: int,
    latest: Mapping[int, tuple[int, int]],
) -> set[int]:
    ids, people, lines = _columns(lake, entry, contract)
    others = np.isin(ids, np.fromiter(latest, np.int64)) & (people != user_key)
    return {
        line
        for each, line in zip(ids[others].tolist(), lines[others].tolist(), strict=True)
        if (entry.file_seq, line) < latest[each]
    }


def _columns(
    lake: Path, entry: LedgerEntry, contract: Contract
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    names = [
        str(contract.latest_by),
        str(contract.person and contract.person.lake_name),
        _LINE_NUMBER,
    ]
    table = pq.read_table(lake / str(entry.lake_path), columns=names)
    ids, people, lines = (table[name].to_numpy() for name in names)
    return ids, people, lines
