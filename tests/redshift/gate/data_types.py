"""Rules on the names of data types (page c_Supported_data_types)."""

from collections.abc import Iterator

import sqlglot
from sqlglot import exp

from .finding import Offence, line_of

Type = exp.DataType.Type

STRINGS = {Type.VARCHAR, Type.TEXT, Type.CHAR, Type.NCHAR, Type.NVARCHAR, Type.BPCHAR}
LONGEST = {Type.CHAR: 4096, Type.NCHAR: 4096}
LONGEST_VARCHAR = 65535
SUPPORTED = STRINGS | {
    Type.BIGINT,
    Type.BOOLEAN,
    Type.DATE,
    Type.DECIMAL,
    Type.DOUBLE,
    Type.FLOAT,
    Type.INT,
    Type.INTERVAL,
    Type.SMALLINT,
    Type.SUPER,
    Type.TIME,
    Type.TIMESTAMP,
    Type.TIMESTAMPTZ,
    Type.TIMETZ,
    Type.VARBINARY,
}


def check(tree: exp.Expression) -> Iterator[Offence]:
    """Offences of the types that a statement names."""
    for data_type in tree.find_all(exp.DataType):
        if not isinstance(data_type.parent, exp.DataType):
            yield from offences(data_type, line_of(data_type))


def declared(written: str, line: int) -> Iterator[Offence]:
    """Offences of a type written in a contract or for a seed's column."""
    try:
        data_type = exp.DataType.build(written, dialect="redshift")
    except sqlglot.ParseError:
        yield Offence(
            line, "type", f"Choose a type of Redshift's instead of {written}."
        )
        return
    yield from offences(data_type, line)


def offences(data_type: exp.DataType, line: int) -> Iterator[Offence]:
    """Offences of one type."""
    name = data_type.sql("redshift").lower()
    sizes = [size.name.lower() for size in data_type.expressions]
    if data_type.this not in SUPPORTED:
        yield Offence(line, "type", f"Choose a type of Redshift's instead of {name}.")
    elif data_type.this in STRINGS:
        longest = LONGEST.get(data_type.this, LONGEST_VARCHAR)
        if not sizes:
            yield Offence(
                line,
                "unsized-string",
                f"Write varchar(n), n in bytes (4 a character), for {name}.",
            )
        elif sizes[0] == "max" or int(sizes[0]) > longest:
            yield Offence(line, "type", f"Write a length up to {longest} bytes.")
    elif data_type.this == Type.DECIMAL:
        if len(sizes) < 2:
            yield Offence(
                line,
                "unsized-decimal",
                "Write decimal(precision, scale): its default differs by engine.",
            )
        elif int(sizes[0]) > 38:
            yield Offence(line, "type", "Write a decimal of at most 38 digits.")
