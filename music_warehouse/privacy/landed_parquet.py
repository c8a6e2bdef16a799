"""Taking a person's rows out of a delivered Parquet file."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from music_warehouse.contracts import Contract
from music_warehouse.ingest.parquet_values import field_of
from music_warehouse.ingest.rows import FileRejected
from music_warehouse.privacy.landed_text import LinesFound, is_name, place_of_person
from music_warehouse.privacy.person import Person
from music_warehouse.privacy.pseudonyms import canonical


def find_rows(path: Path, contract: Contract, person: Person) -> LinesFound:
    """Look for a person's rows. Raises FileRejected for a file without a column that
    says whose a row is, ArrowException for one that cannot be read."""
    found = LinesFound()
    for table, is_own in _parts(path, contract, person):
        own = table.filter(is_own)
        found.lines += own.num_rows
        found.names |= _names(own, contract)
    return found


def names_of_others(path: Path, contract: Contract, person: Person) -> set[str]:
    """Those of a person's names that a row of somebody else gives too. Raises as
    `find_rows` does."""
    found: set[str] = set()
    for table, is_own in _parts(path, contract, person):
        found |= _names(table.filter(pc.invert(is_own)), contract)
    return found & person.names


def write_without(path: Path, contract: Contract, person: Person, beside: Path) -> None:
    """Write the file again without the person's rows. Raises as `find_rows` does."""
    with pq.ParquetWriter(beside, pq.read_schema(path)) as writer:
        for table, is_own in _parts(path, contract, person):
            writer.write_table(table.filter(pc.invert(is_own)))


def _parts(
    path: Path, contract: Contract, person: Person
) -> Iterator[tuple[pa.Table, pa.Array]]:
    """The file's row groups, and which of their rows are the person's. A file that was
    refused for other columns is looked through all the same."""
    with pq.ParquetFile(path) as file:
        names = [_plain(name) for name in file.schema_arrow.names]
        place = place_of_person(names, contract)
        if place is None:
            raise FileRejected("missing_columns", "No column says whose a row is.")
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            ids = map(_as_text, table[place].to_pylist())
            is_own = [canonical(each) == person.user_id for each in ids]
            yield table, pa.array(is_own, pa.bool_())


def _names(table: pa.Table, contract: Contract) -> set[str]:
    of_people = {
        name
        for column in contract.columns
        if is_name(column)
        for name in (column.name, *column.aliases)
    }
    return {
        text
        for place, name in enumerate(table.column_names)
        if _plain(name) in of_people
        for value in table[place].to_pylist()
        if value is not None and (text := _as_text(value).strip())
    }


def _plain(name: str) -> str:
    return name.strip().casefold()


def _as_text(value: object) -> str:
    raw = value.encode() if isinstance(value, str) else value
    return field_of(raw).decode("utf-8", "replace")
