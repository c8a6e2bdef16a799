"""Taking a person's rows out of a delivered Parquet file."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from music_warehouse.contracts import Contract
from music_warehouse.ingest.parquet_values import field_of
from music_warehouse.ingest.rows import FileRejected
from music_warehouse.privacy.landed_text import LinesFound, is_name, place_of_person
from music_warehouse.privacy.person import Person
from music_warehouse.privacy.pseudonyms import canonical


def find_rows(path: Path, contract: Contract, person: Person) -> LinesFound:
    """Look for a person's rows. Raises FileRejected for a file without a column that
    says whose a row is, ArrowException, OSError or ValueError for one that cannot be
    read."""
    found = LinesFound()
    for table, ids in _parts(path, contract):
        own = table.filter(pa.array([each == person.user_id for each in ids]))
        found.lines += own.num_rows
        found.names |= _names(own, contract)
    return found


def names_of_others(path: Path, contract: Contract, person: Person) -> set[str]:
    """Those of a person's names that a row of somebody else gives too. Raises as
    `find_rows` does."""
    found: set[str] = set()
    nobody = ("", person.user_id)
    for table, ids in _parts(path, contract):
        others = table.filter(pa.array([each not in nobody for each in ids]))
        found |= _names(others, contract)
    return found & person.names


def write_without(path: Path, contract: Contract, person: Person, beside: Path) -> None:
    """Write the file again without the person's rows. Raises as `find_rows` does."""
    schema = _without_dictionaries(pq.read_schema(path))
    with pq.ParquetWriter(beside, schema) as writer:
        for table, ids in _parts(path, contract):
            kept = table.filter(pa.array([each != person.user_id for each in ids]))
            writer.write_table(kept.cast(schema))


def _without_dictionaries(schema: pa.Schema) -> pa.Schema:
    """A dictionary would be written with the values of rows that are left out."""
    return pa.schema(
        [
            field.with_type(field.type.value_type)
            if pa.types.is_dictionary(field.type)
            else field
            for field in schema
        ],
        schema.metadata,
    )


def _parts(path: Path, contract: Contract) -> Iterator[tuple[pa.Table, list[str]]]:
    """The file's row groups, and whose each row is. A file that was refused for other
    columns is looked through all the same."""
    with pq.ParquetFile(path) as file:
        names = [_plain(name) for name in file.schema_arrow.names]
        place = place_of_person(names, contract)
        if place is None:
            raise FileRejected("missing_columns", "No column says whose a row is.")
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            yield table, [canonical(each) for each in _texts(table[place])]


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
        for value in _texts(table[place])
        if (text := value.strip())
    }


def _plain(name: str) -> str:
    return name.strip().casefold()


def _texts(column: pa.ChunkedArray) -> list[str]:
    """The values as a text file would hold them; what is no UTF-8 is replaced."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.cast(pa.large_binary())
    return [field_of(each).decode("utf-8", "replace") for each in _plain_values(column)]


def _plain_values(column: pa.ChunkedArray) -> list[object]:
    values = column.to_pylist()
    return [each.encode() if isinstance(each, str) else each for each in values]
