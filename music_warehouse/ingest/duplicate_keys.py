"""Rows whose key an earlier row of the same file already has."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from music_warehouse.contracts import Contract


class KeyOrder:
    """Watches keys go by: as long as each is above the one before, none repeats,
    and nothing has to be remembered but the last. Without a key nothing repeats; keys
    of texts are in no order, and made only when the rows are written."""

    def __init__(self, contract: Contract) -> None:
        self._key = contract.lake_key
        self._last: tuple[int, ...] | None = None
        self.strictly_increasing = not any(c.key_name for c in contract.key_columns)

    def add(self, table: pa.Table) -> None:
        """Take the next rows."""
        if not (self._key and self.strictly_increasing and table.num_rows):
            return
        columns = [
            chunk.to_numpy()
            for chunk in (table[name].combine_chunks() for name in self._key)
        ]
        first = tuple(int(column[0]) for column in columns)
        above = np.zeros(table.num_rows - 1, dtype=bool)
        for column in reversed(columns):
            following, preceding = column[1:], column[:-1]
            above = (following > preceding) | ((following == preceding) & above)
        in_order = self._last is None or first > self._last
        self.strictly_increasing = in_order and bool(above.all())
        self._last = tuple(int(column[-1]) for column in columns)


@dataclass(frozen=True)
class Duplicates:
    """Line numbers of later rows, ascending, and of the first row of each key."""

    lines: np.ndarray
    first_lines: np.ndarray


def find_duplicates(path: Path, contract: Contract) -> Duplicates:
    """The rows of a written file to leave out so that its key is unique: of rows
    with one key the first line stays."""
    table = pq.read_table(path, columns=[*contract.lake_key, "line_number"])
    lines = table["line_number"].to_numpy()
    keys = _key_numbers([table[name].to_numpy() for name in contract.lake_key])
    ordered = np.sort(keys)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    positions = np.flatnonzero(np.isin(keys, repeated))
    positions = positions[np.lexsort((lines[positions], keys[positions]))]
    found, found_lines = keys[positions], lines[positions]
    is_first = np.ones(len(found), dtype=bool)
    is_first[1:] = found[1:] != found[:-1]
    first_lines = found_lines[is_first][np.cumsum(is_first) - 1]
    later = ~is_first
    order = np.argsort(found_lines[later])
    return Duplicates(found_lines[later][order], first_lines[later][order])


def _key_numbers(columns: list[np.ndarray]) -> np.ndarray:
    """One integer per row, equal where all the columns are."""
    numbers = columns[0].astype(np.int64)
    for column in columns[1:]:
        low = int(column.min(initial=0))
        span = int(column.max(initial=0)) - low + 1
        if numbers.size and int(np.abs(numbers).max()) > (2**62) // span:
            numbers = np.unique(numbers, return_inverse=True)[1]
        numbers = numbers * span + (column.astype(np.int64) - low)
    return numbers
