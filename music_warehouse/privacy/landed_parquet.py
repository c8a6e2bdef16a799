"""Taking a person's rows out of a delivered Parquet file."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from music_warehouse.contracts import Contract
from music_warehouse.ingest.header import map_columns
from music_warehouse.ingest.parquet_values import field_of
from music_warehouse.privacy.landed_text import LinesFound, is_name
from music_warehouse.privacy.person import Person
from music_warehouse.privacy.pseudonyms import canonical


def find_rows(path: Path, contract: Contract, person: Person) -> LinesFound:
    """Look for a person's rows. Raises FileRejected or ArrowException for a file that
    cannot be read."""
    found = LinesFound()
    with pq.ParquetFile(path) as file:
        column_of = _columns(file, contract)
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            own = table.filter(_is_persons(table, column_of, contract, person))
            found.lines += own.num_rows
            found.names |= _names(own, column_of, contract)
    return found


def names_of_others(path: Path, contract: Contract, person: Person) -> set[str]:
    """Those of a person's names that a row of somebody else gives too. Raises
    FileRejected or ArrowException for a file that cannot be read."""
    found: set[str] = set()
    with pq.ParquetFile(path) as file:
        column_of = _columns(file, contract)
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            is_own = _is_persons(table, column_of, contract, person)
            found |= _names(table.filter(pa.array(~is_own)), column_of, contract)
    return found & person.names


def _names(table: pa.Table, column_of: dict[str, str], contract: Contract) -> set[str]:
    return {
        value.strip()
        for column in contract.columns
        if is_name(column)
        for value in table[column_of[column.name]].to_pylist()
        if value
    }


def write_without(path: Path, contract: Contract, person: Person, beside: Path) -> None:
    """Write the file again without the person's rows."""
    with pq.ParquetFile(path) as file:
        column_of = _columns(file, contract)
        with pq.ParquetWriter(beside, file.schema_arrow) as writer:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                is_out = _is_persons(table, column_of, contract, person)
                writer.write_table(table.filter(pa.array(~is_out)))


def _columns(file: pq.ParquetFile, contract: Contract) -> dict[str, str]:
    """The file's name of each column of the contract."""
    names = file.schema_arrow.names
    positions, _ = map_columns([name.strip().casefold() for name in names], contract)
    return {
        column.name: names[position]
        for column, position in zip(contract.columns, positions, strict=True)
    }


def _is_persons(
    table: pa.Table, column_of: dict[str, str], contract: Contract, person: Person
) -> np.ndarray:
    if contract.person is None:
        return np.zeros(table.num_rows, dtype=bool)
    ids = table[column_of[contract.person.name]].to_pylist()
    texts = (field_of(value).decode("utf-8", "replace") for value in map(_raw, ids))
    return np.array([canonical(text) == person.user_id for text in texts], dtype=bool)


def _raw(value: object) -> object:
    return value.encode() if isinstance(value, str) else value
