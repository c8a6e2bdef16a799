"""PostgreSQL's columns and Parquet's, as Redshift's COPY and UNLOAD match them."""

import json
from collections.abc import Callable

import pyarrow as pa

from .messages import JSONB, TEXT, VARCHAR, Field

BOOLEAN, BYTEA, BIGINT, SMALLINT, INTEGER = 16, 17, 20, 21, 23
REAL, DOUBLE, DATE, TIMESTAMP, TIMESTAMPTZ, NUMERIC = 700, 701, 1082, 1114, 1184, 1700

NAMES = {
    BOOLEAN: "boolean",
    BYTEA: "varbyte",
    BIGINT: "bigint",
    SMALLINT: "smallint",
    INTEGER: "integer",
    REAL: "real",
    DOUBLE: "double precision",
    DATE: "date",
    TIMESTAMP: "timestamp",
    TIMESTAMPTZ: "timestamptz",
    NUMERIC: "numeric",
    TEXT: "varchar",
    VARCHAR: "varchar",
}


def _is_text(data_type: pa.DataType) -> bool:
    return pa.types.is_string(data_type) or pa.types.is_large_string(data_type)


def _is_binary(data_type: pa.DataType) -> bool:
    return pa.types.is_binary(data_type) or pa.types.is_large_binary(data_type)


# COPY from columnar formats takes a column only into one of its own type
# (page copy-usage_notes-copy-from-columnar).
ACCEPTED: dict[int, Callable[[pa.DataType], bool]] = {
    BOOLEAN: pa.types.is_boolean,
    BYTEA: _is_binary,
    BIGINT: pa.types.is_int64,
    SMALLINT: pa.types.is_int16,
    INTEGER: pa.types.is_int32,
    REAL: pa.types.is_float32,
    DOUBLE: pa.types.is_float64,
    DATE: pa.types.is_date32,
    TIMESTAMP: pa.types.is_timestamp,
    TIMESTAMPTZ: pa.types.is_timestamp,
    NUMERIC: pa.types.is_decimal,
    TEXT: _is_text,
    VARCHAR: _is_text,
}
UNLOADED = {
    BOOLEAN: pa.bool_(),
    BIGINT: pa.int64(),
    SMALLINT: pa.int16(),
    INTEGER: pa.int32(),
    REAL: pa.float32(),
    DOUBLE: pa.float64(),
    DATE: pa.date32(),
    TIMESTAMP: pa.timestamp("us"),
    TIMESTAMPTZ: pa.timestamp("us", "UTC"),
    JSONB: pa.string(),
    TEXT: pa.string(),
    VARCHAR: pa.string(),
}


class Mismatch(Exception):
    """A file does not fit its table."""


def check_fit(schema: pa.Schema, wanted: list[Field], serialize: bool) -> None:
    """Raise Mismatch where COPY would: it matches by position, and by type."""
    if len(schema) != len(wanted):
        raise Mismatch(
            "Unmatched number of columns between table and file. "
            f"Table columns: {len(wanted)}, Data columns: {len(schema)}"
        )
    for found, column in zip(schema, wanted, strict=True):
        if column.type == JSONB:
            if pa.types.is_nested(found.type) and not serialize:
                raise Mismatch(f"nested column {column.name} needs SERIALIZETOJSON")
        elif column.type not in ACCEPTED or not ACCEPTED[column.type](found.type):
            raise Mismatch(
                f"File has an incompatible Parquet schema for column {column.name}. "
                f"Column type: {NAMES.get(column.type, column.type)}, "
                f"Parquet schema: {found.type}"
            )


def as_text(values: pa.Array, column: Field) -> pa.Array:
    """The values as PostgreSQL's COPY reads them from CSV."""
    if column.type == JSONB:
        return pa.array(
            [
                None if value is None else json.dumps(value)
                for value in values.to_pylist()
            ],
            pa.string(),
        )
    if pa.types.is_floating(values.type):
        # The shortest text that reads back as the same float, NaN and infinity too.
        return pa.array(
            [None if value is None else repr(value) for value in values.to_pylist()],
            pa.string(),
        )
    if pa.types.is_decimal(values.type):
        return values.cast(pa.string())
    if _is_binary(values.type):
        return pa.array(
            [
                None if value is None else "\\x" + value.hex()
                for value in values.to_pylist()
            ],
            pa.string(),
        )
    return values


def unloaded_schema(given: list[Field]) -> pa.Schema:
    """The columns that UNLOAD writes."""
    fields = []
    for column in given:
        if column.type == NUMERIC:
            if column.modifier < 0:
                raise Mismatch(f"cast {column.name} to decimal(p, s) to unload it")
            size = column.modifier - 4
            data_type = pa.decimal128(size >> 16, size & 0xFFFF)
        elif column.type in UNLOADED:
            data_type = UNLOADED[column.type]
        else:
            raise Mismatch(f"the type of {column.name} cannot be unloaded to Parquet")
        fields.append((column.name, data_type))
    return pa.schema(fields)
