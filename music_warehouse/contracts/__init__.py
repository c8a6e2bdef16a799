"""What each source's files must look like: one YAML file per source table.

A contract names the columns a delivered file must have, the types and domains of
their values, the key that is unique within a file, and which values are personal.
Everything ingestion decides about a row, it decides by these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

import yaml

from music_warehouse.contracts.columns import (
    INTEGER_LIMITS,
    TEXT_TYPES,
    TIME_TYPES,
    Column,
    Treatment,
    read_column,
)
from music_warehouse.contracts.yaml_fields import (
    Malformed,
    identifier,
    mapping,
    names,
    whole,
)
from music_warehouse.errors import UserError

__all__ = [
    "CONTRACTS_FOLDER",
    "INTEGER_LIMITS",
    "TEXT_TYPES",
    "TIME_TYPES",
    "ArtistColumns",
    "Column",
    "Contract",
    "Treatment",
    "load_contract",
    "load_contracts",
]

CONTRACTS_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class ArtistColumns:
    """Which column is an artist's name, and whether the mbid is that artist's."""

    name_column: str
    key_column: str
    mbid_column: str | None = None


@dataclass(frozen=True)
class Contract:
    """What the files of one source table must look like.

    `folder_column` is a column that no file has: its value is the name of the folder
    that a file lies in, below the table's. Files of a table with such a column are
    arrays of JSON objects; all others are CSV, TSV or Parquet. `file_names` are the
    patterns of such files' names (case does not matter): whatever else lies in the
    folder is no delivery, unless it has the required fields. `latest_by` is a column by
    whose value a later row, of this or of a later file, replaces an earlier one.
    `raw_table` is the table's name in Redshift, where the tables of all sources share
    one schema.
    """

    source: str
    table: str
    version: int
    columns: tuple[Column, ...]
    unique_key: tuple[str, ...]
    raw_table: str
    delivery_order: int = 1
    artist: ArtistColumns | None = None
    folder_column: str | None = None
    file_names: tuple[str, ...] = ()
    latest_by: str | None = None

    @property
    def name(self) -> str:
        """`source.table`, as `--as` takes it."""
        return f"{self.source}.{self.table}"

    @cached_property
    def key_columns(self) -> tuple[Column, ...]:
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in self.unique_key)

    @cached_property
    def lake_key(self) -> tuple[str, ...]:
        """The lake columns that are unique together among the rows of a file."""
        return tuple(str(column.lake_key_name) for column in self.key_columns)

    @cached_property
    def person(self) -> Column | None:
        """The column that tells whom a row is about."""
        return next(
            (c for c in self.columns if c.personal is Treatment.PSEUDONYM), None
        )

    def names_file(self, name: str) -> bool:
        """Whether a file of this name is meant to be one of the table's."""
        return any(
            fnmatchcase(name.casefold(), pattern.casefold())
            for pattern in self.file_names
        )

    @cached_property
    def has_personal_values(self) -> bool:
        return any(column.personal for column in self.columns)

    def arriving(self, at: datetime) -> "Contract":
        """The contract as it is for deliveries that arrive at a time (UTC, without a
        zone): no value bounded by its arrival may be later."""
        return replace(self, columns=tuple(c.arriving(at) for c in self.columns))


def load_contract(path: Path) -> Contract:
    """Read and check one contract; source and table are its folder and name.

    Raises UserError, naming the file and what is wrong with it.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"The contract {path} is not valid YAML: {reason}.") from error
    try:
        return _contract(path.parent.name, path.stem, document)
    except Malformed as error:
        raise UserError(f"The contract {path} is malformed: {error}.") from error


def load_contracts(folder: Path = CONTRACTS_FOLDER) -> dict[str, Contract]:
    """Every contract in `folder`, by `source.table`, in the order of names."""
    contracts = (load_contract(path) for path in sorted(folder.glob("*/*.yml")))
    return {contract.name: contract for contract in contracts}


def _contract(source: str, table: str, document: object) -> Contract:
    fields = mapping(
        document,
        "the document",
        required={"version", "columns"},
        optional={
            "unique_key",
            "delivery_order",
            "artist",
            "folder_column",
            "file_names",
            "latest_by",
            "raw_table",
        },
    )
    if not isinstance(fields["columns"], list) or not fields["columns"]:
        raise Malformed("columns must be a list of at least one column")
    columns = tuple(read_column(entry) for entry in fields["columns"])
    _check_names(columns)
    by_name = {column.name: column for column in columns}
    return Contract(
        source=source,
        table=table,
        version=whole(fields["version"], "version"),
        columns=columns,
        unique_key=_unique_key(fields, by_name),
        raw_table=identifier(fields.get("raw_table", table), "raw_table"),
        delivery_order=whole(fields.get("delivery_order", 1), "delivery_order"),
        artist=_artist(fields["artist"], by_name) if "artist" in fields else None,
        folder_column=_folder_column(fields, by_name),
        file_names=_file_names(fields),
        latest_by=_latest_by(fields, by_name),
    )


def _unique_key(
    fields: Mapping[str, object], by_name: Mapping[str, Column]
) -> tuple[str, ...]:
    if "unique_key" not in fields:
        return ()
    unique_key = names(fields["unique_key"], "unique_key")
    if not unique_key:
        raise Malformed("unique_key must name at least one column")
    for name in unique_key:
        column = by_name.get(name)
        if column is None or column.lake_key_name is None or not column.required:
            raise Malformed(
                f"unique_key {name} must be a required integer column, or one that "
                "has a key in the lake"
            )
    return unique_key


def _latest_by(
    fields: Mapping[str, object], by_name: Mapping[str, Column]
) -> str | None:
    if "latest_by" not in fields:
        return None
    name = identifier(fields["latest_by"], "latest_by")
    column = by_name.get(name)
    if column is None or column.lake_key_name != name or not column.required:
        raise Malformed(f"latest_by {name} must be a required integer column")
    return name


def _folder_column(
    fields: Mapping[str, object], by_name: Mapping[str, Column]
) -> str | None:
    if "folder_column" not in fields:
        return None
    name = identifier(fields["folder_column"], "folder_column")
    if name not in by_name or by_name[name].personal is not Treatment.PSEUDONYM:
        raise Malformed(f"folder_column {name} must be a column with a pseudonym")
    return name


def _file_names(fields: Mapping[str, object]) -> tuple[str, ...]:
    patterns = fields.get("file_names", [])
    if not isinstance(patterns, list) or not all(isinstance(p, str) for p in patterns):
        raise Malformed("file_names must be a list of patterns")
    if bool(patterns) != ("folder_column" in fields):
        raise Malformed("file_names and folder_column belong together")
    return tuple(patterns)


def _artist(entry: object, by_name: Mapping[str, Column]) -> ArtistColumns:
    fields = mapping(
        entry,
        "artist",
        required={"name_column", "key_column"},
        optional={"mbid_column"},
    )
    name = by_name.get(fields["name_column"])
    if name is None or name.type != "text" or name.personal or not name.is_kept:
        raise Malformed("artist name_column must be a text column of the lake")
    mbid_column = fields.get("mbid_column")
    if mbid_column is not None:
        mbid = by_name.get(mbid_column)
        if mbid is None or mbid.type != "uuid":
            raise Malformed("artist mbid_column must be a uuid column")
    key_column = identifier(fields["key_column"], "artist key_column")
    if key_column in by_name:
        raise Malformed(f"artist key_column {key_column} is a delivered column")
    return ArtistColumns(name.name, key_column, mbid_column)


def _check_names(columns: tuple[Column, ...]) -> None:
    seen: set[str] = set()
    for column in columns:
        # A value that stays out of the lake leaves its name to what comes instead.
        derived = {column.match_name, column.key_name, column.lake_name} - {None}
        for name in (*column.aliases, *({column.name} | derived)):
            if name in seen:
                raise Malformed(f"the name {name} is used twice")
            seen.add(str(name))
