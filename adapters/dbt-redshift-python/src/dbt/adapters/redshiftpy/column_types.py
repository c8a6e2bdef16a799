"""Column types of Redshift and of DuckDB, and what one is called in the other."""

import re
from dataclasses import dataclass

MAX_VARCHAR_BYTES = 65_535
# A column without a declared type is given room to grow.
_ROOM = 2
_LEAST_VARCHAR_BYTES = 256

_SIZED = re.compile(r"([a-z][a-z0-9 ]*?)\s*(?:\(\s*(\w+)\s*(?:,\s*(\d+)\s*)?\))?")
_ZONE = re.compile(r"(timestamp|time)(?:\(\d\))?( with(?:out)? time zone)?")

# The names of https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html
_TO_DUCKDB = {
    "smallint": "SMALLINT",
    "int2": "SMALLINT",
    "integer": "INTEGER",
    "int": "INTEGER",
    "int4": "INTEGER",
    "bigint": "BIGINT",
    "int8": "BIGINT",
    "real": "FLOAT",
    "float4": "FLOAT",
    "double precision": "DOUBLE",
    "float8": "DOUBLE",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamp without time zone": "TIMESTAMP",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
    "time": "TIME",
    "time without time zone": "TIME",
    "varbyte": "BLOB",
    "varbinary": "BLOB",
    "binary varying": "BLOB",
}
_TEXTS = {
    "varchar": 256,
    "character varying": 256,
    "nvarchar": 256,
    "text": 256,
    "bpchar": 256,
    "char": 1,
    "character": 1,
    "nchar": 1,
}
_DECIMALS = frozenset({"decimal", "numeric"})
_SUPER = "super"

_TO_REDSHIFT = {
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "SMALLINT": "smallint",
    "USMALLINT": "integer",
    "INTEGER": "integer",
    "UINTEGER": "bigint",
    "BIGINT": "bigint",
    "UBIGINT": "numeric(20,0)",
    "HUGEINT": "numeric(38,0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "BLOB": "varbyte",
    # A column of nothing but NULL, the integer that DuckDB makes of it in a table.
    '"NULL"': "integer",
    "NULL": "integer",
}
_NESTED = re.compile(r"(STRUCT|MAP|UNION)\(.*|.*\[\d*\]", re.DOTALL)
_TEXT = re.compile(r"VARCHAR|UUID|JSON|ENUM\(.*", re.DOTALL)
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


class UnknownTypeError(ValueError):
    """A type that has no counterpart."""


@dataclass(frozen=True)
class ColumnType:
    """A type of Redshift: its name in DDL, and the DuckDB type that carries it.

    `duckdb` is None for SUPER, which takes a nested value of any type.
    `most_bytes` is the length of a text column.
    """

    redshift: str
    duckdb: str | None
    most_bytes: int | None = None

    @property
    def is_super(self) -> bool:
        """Whether it is SUPER, the semi-structured type."""
        return self.redshift == _SUPER


def declared_type(name: str) -> ColumnType:
    """The type that Redshift has under this name, in any of its spellings."""
    plain = " ".join(name.lower().split())
    if zoned := _ZONE.fullmatch(plain):
        plain = zoned[1] + (zoned[2] or "")
    if plain == _SUPER:
        return ColumnType(_SUPER, None)
    if plain in _TO_DUCKDB:
        return ColumnType(plain, _TO_DUCKDB[plain])
    sized = _SIZED.fullmatch(plain)
    base, first, second = sized.groups() if sized else (plain, None, None)
    if base in _TEXTS:
        size = MAX_VARCHAR_BYTES if first == "max" else int(first or _TEXTS[base])
        return ColumnType(plain, "VARCHAR", size)
    if base in _DECIMALS:
        digits = f"{first or 18},{second or 0}"
        return ColumnType(f"numeric({digits})", f"DECIMAL({digits})")
    if base in _TO_DUCKDB and _TO_DUCKDB[base] == "BLOB":
        return ColumnType(plain, "BLOB")
    raise UnknownTypeError(f"{name} is no type of Redshift that a model can return")


def catalogued_type(name: str) -> ColumnType:
    """The type of a column by the name that Redshift's catalogue gives it.

    A decimal comes with its digits there. Without them the default of DDL,
    numeric(18,0), would be a guess that costs decimal places.
    """
    if name.lower() in _DECIMALS:
        raise UnknownTypeError(f"the catalogue does not tell the digits of a {name}")
    return declared_type(name)


def inferred_type(duckdb_type: str, most_bytes: int) -> ColumnType:
    """The type for a column that a model returned without a declared one.

    `most_bytes` is the length of its longest text.
    """
    if _NESTED.fullmatch(duckdb_type):
        return ColumnType(_SUPER, None)
    if _TEXT.fullmatch(duckdb_type):
        size = min(MAX_VARCHAR_BYTES, max(_LEAST_VARCHAR_BYTES, _ROOM * most_bytes))
        return ColumnType(f"varchar({size})", "VARCHAR", size)
    if digits := _DECIMAL.fullmatch(duckdb_type):
        return declared_type(f"numeric({digits[1]},{digits[2]})")
    if duckdb_type in _TO_REDSHIFT:
        return declared_type(_TO_REDSHIFT[duckdb_type])
    raise UnknownTypeError(f"Redshift has no type for DuckDB's {duckdb_type}")
