"""What each source's files must look like: one YAML file per source table.

A contract names the columns a delivered file must have, the types and domains of
their values and the key that is unique within a file. Everything ingestion
decides about a row, it decides by these.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from music_warehouse.errors import UserError

CONTRACTS_FOLDER = Path(__file__).parent

INTEGER_LIMITS = {
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
TEXT_TYPES = ("text", "uuid")

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Column:
    """One column: its name in the lake, and which values are valid.

    `blank_values` are texts that stand for no value, besides the empty one.
    `minimum` and `maximum` are inclusive and, for integers, never wider than the
    type. `max_bytes` bounds the UTF-8 length of a text. `match_name` names the
    lake column that holds the normalised form beside the delivered one.
    """

    name: str
    type: str
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    max_bytes: int | None = None
    blank_values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    match_name: str | None = None

    @property
    def is_integer(self) -> bool:
        return self.type in INTEGER_LIMITS

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and largest valid value of an integer column."""
        low, high = INTEGER_LIMITS[self.type]
        return (
            low if self.minimum is None else max(low, self.minimum),
            high if self.maximum is None else min(high, self.maximum),
        )


@dataclass(frozen=True)
class ArtistColumns:
    """Which column is an artist's name, and whether the mbid is that artist's."""

    name_column: str
    key_column: str
    mbid_column: str | None = None


@dataclass(frozen=True)
class Contract:
    """What the files of one source table must look like."""

    source: str
    table: str
    version: int
    columns: tuple[Column, ...]
    unique_key: tuple[str, ...]
    delivery_order: int = 1
    artist: ArtistColumns | None = None

    @property
    def name(self) -> str:
        """`source.table`, as `--as` takes it."""
        return f"{self.source}.{self.table}"

    @cached_property
    def key_columns(self) -> tuple[Column, ...]:
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in self.unique_key)


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
    except _Malformed as error:
        raise UserError(f"The contract {path} is malformed: {error}.") from error


def load_contracts(folder: Path = CONTRACTS_FOLDER) -> dict[str, Contract]:
    """Every contract in `folder`, by `source.table`, in the order of names."""
    contracts = (load_contract(path) for path in sorted(folder.glob("*/*.yml")))
    return {contract.name: contract for contract in contracts}


class _Malformed(Exception):
    pass


def _contract(source: str, table: str, document: object) -> Contract:
    fields = _mapping(
        document,
        "the document",
        required={"version", "columns", "unique_key"},
        optional={"delivery_order", "artist"},
    )
    if not isinstance(fields["columns"], list) or not fields["columns"]:
        raise _Malformed("columns must be a list of at least one column")
    columns = tuple(_column(entry) for entry in fields["columns"])
    _check_names(columns)
    by_name = {column.name: column for column in columns}
    unique_key = _names(fields["unique_key"], "unique_key")
    if not unique_key:
        raise _Malformed("unique_key must name at least one column")
    for name in unique_key:
        column = by_name.get(name)
        if column is None or not column.is_integer or not column.required:
            raise _Malformed(f"unique_key {name} must be a required integer column")
    return Contract(
        source=source,
        table=table,
        version=_whole(fields["version"], "version"),
        columns=columns,
        unique_key=unique_key,
        delivery_order=_whole(fields.get("delivery_order", 1), "delivery_order"),
        artist=_artist(fields["artist"], by_name) if "artist" in fields else None,
    )


def _column(entry: object) -> Column:
    fields = _mapping(
        entry,
        "a column",
        required={"name", "type"},
        optional={
            "required",
            "min",
            "max",
            "max_bytes",
            "blank_values",
            "aliases",
            "match_name",
        },
    )
    name, kind = _identifier(fields["name"], "a column's name"), fields["type"]
    if kind not in (*INTEGER_LIMITS, *TEXT_TYPES):
        known = ", ".join((*INTEGER_LIMITS, *TEXT_TYPES))
        raise _Malformed(f"column {name} has type {kind!r}, not one of {known}")
    required = fields.get("required", False)
    if not isinstance(required, bool):
        raise _Malformed(f"column {name}: required must be true or false")
    for option in ("min", "max"):
        if option in fields and kind not in INTEGER_LIMITS:
            raise _Malformed(f"column {name}: {option} is for integers")
    for option in ("max_bytes", "match_name"):
        if option in fields and kind != "text":
            raise _Malformed(f"column {name}: {option} is for text")
    blank_values = fields.get("blank_values", [])
    if not isinstance(blank_values, list) or not all(
        isinstance(value, str) and value for value in blank_values
    ):
        raise _Malformed(f"column {name}: blank_values must be a list of texts")
    if blank_values and kind not in TEXT_TYPES:
        raise _Malformed(f"column {name}: blank_values is for text and uuid")
    column = Column(
        name=name,
        type=kind,
        required=required,
        minimum=_optional_whole(fields, "min", name),
        maximum=_optional_whole(fields, "max", name),
        max_bytes=_optional_whole(fields, "max_bytes", name),
        blank_values=tuple(blank_values),
        aliases=_names(fields.get("aliases", []), f"aliases of {name}"),
        match_name=(
            _identifier(fields["match_name"], f"match_name of {name}")
            if "match_name" in fields
            else None
        ),
    )
    if column.is_integer and column.limits[0] > column.limits[1]:
        raise _Malformed(f"column {name}: min is above max")
    return column


def _artist(entry: object, by_name: Mapping[str, Column]) -> ArtistColumns:
    fields = _mapping(
        entry,
        "artist",
        required={"name_column", "key_column"},
        optional={"mbid_column"},
    )
    name = by_name.get(fields["name_column"])
    if name is None or name.type != "text" or not name.required:
        raise _Malformed("artist name_column must be a required text column")
    mbid_column = fields.get("mbid_column")
    if mbid_column is not None:
        mbid = by_name.get(mbid_column)
        if mbid is None or mbid.type != "uuid":
            raise _Malformed("artist mbid_column must be a uuid column")
    key_column = _identifier(fields["key_column"], "artist key_column")
    if key_column in by_name:
        raise _Malformed(f"artist key_column {key_column} is a delivered column")
    return ArtistColumns(name.name, key_column, mbid_column)


def _check_names(columns: tuple[Column, ...]) -> None:
    seen: set[str] = set()
    for column in columns:
        extra = (column.match_name,) if column.match_name else ()
        for name in (column.name, *column.aliases, *extra):
            if name in seen:
                raise _Malformed(f"the name {name} is used twice")
            seen.add(name)


def _mapping(
    value: object, what: str, required: set[str], optional: set[str]
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Malformed(f"{what} must be a mapping")
    missing = sorted(required - value.keys())
    if missing:
        raise _Malformed(f"{what} lacks {', '.join(missing)}")
    unknown = sorted(str(key) for key in value.keys() - required - optional)
    if unknown:
        raise _Malformed(f"{what} has unknown {', '.join(unknown)}")
    return value


def _identifier(value: object, what: str) -> str:
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise _Malformed(f"{what} must be a lower-case identifier, not {value!r}")
    return value


def _names(value: object, what: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Malformed(f"{what} must be a list")
    return tuple(_identifier(name, what) for name in value)


def _whole(value: object, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Malformed(f"{what} must be a whole number, not {value!r}")
    return value


def _optional_whole(fields: Mapping[str, Any], option: str, name: str) -> int | None:
    if option not in fields:
        return None
    return _whole(fields[option], f"column {name}: {option}")
