"""The header line: which delivered column is which column of the contract."""

import re
from dataclasses import dataclass
from functools import cache

from music_warehouse.contracts import Contract
from music_warehouse.ingest.rows import FileRejected

_DELIMITERS = (b",", b"\t")
_OTHER_DELIMITERS = (";", "|")
_COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What names a column and hardly ever a listener.
_TELLING_NAME = re.compile(r"(?:[a-z0-9_]*_)?(?:id|name)")
_MOST_NAMED = 8


@dataclass(frozen=True)
class Header:
    """`positions` gives, per column of the contract, the index of the delivered
    field; `drift_columns` are delivered but unknown to the contract."""

    delimiter: bytes
    width: int
    positions: tuple[int, ...]
    drift_columns: tuple[str, ...]


@cache
def _field_pattern(delimiter: bytes) -> re.Pattern[bytes]:
    separator = re.escape(delimiter)
    return re.compile(
        rb'(?:"([^"]*(?:""[^"]*)*)"|([^"'
        + separator
        + rb"]*))(?:"
        + separator
        + rb"|(\Z))"
    )


def split_fields(line: bytes, delimiter: bytes) -> list[bytes] | None:
    """The fields of one line in the form of RFC 4180, without their quotes; None
    when a quote stands where the form has none.

    A quoted field may not hold a line end here, although the RFC allows it: lines
    are found before fields, so that one stray quote spoils one line and not the
    rest of the file. Each byte is looked at once, however the line is broken.
    """
    if b'"' not in line:
        return line.split(delimiter)
    fields: list[bytes] = []
    position, match_field = 0, _field_pattern(delimiter).match
    while True:
        match = match_field(line, position)
        if match is None:
            return None
        quoted, plain, end = match.groups()
        fields.append(plain if quoted is None else quoted.replace(b'""', b'"'))
        if end is not None:
            return fields
        position = match.end()


def read_header(line: bytes, contract: Contract) -> Header:
    """Map a header line, without its line end, to the contract's columns by name.

    Names are compared trimmed and without regard to case. Raises FileRejected
    naming the columns that are missing or given twice, or the separator that is
    neither comma nor tab.
    """
    delimiter, names = column_names(line)
    other = next((d for d in _OTHER_DELIMITERS if d in names[0]), None)
    if other and len(names) == 1:
        raise FileRejected(
            "missing_columns",
            f"The columns seem to be separated by '{other}'; "
            "a comma or a tab is needed.",
        )
    positions, drift = map_columns(names, contract)
    return Header(delimiter, len(names), positions, drift)


def column_names(line: bytes) -> tuple[bytes, list[str]]:
    """The delimiter of a header line and the names, trimmed and in lower case. Raises
    FileRejected for a line that is no text, or whose quotes are misplaced."""
    if b"\x00" in line:
        raise FileRejected("not_text", "The first line holds NUL bytes.")
    if b"\r" in line:
        raise FileRejected(
            "cr_line_ends", "Lines end in a carriage return only; LF or CRLF is needed."
        )
    delimiter = max(_DELIMITERS, key=line.count)
    fields = split_fields(line, delimiter)
    if fields is None:
        raise FileRejected("header_quotes", "The header line has misplaced quotes.")
    try:
        names = [field.decode("utf-8").strip().casefold() for field in fields]
    except UnicodeDecodeError as error:
        raise FileRejected("not_text", "The header line is not UTF-8.") from error
    return delimiter, names


def map_columns(
    names: list[str], contract: Contract
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The position of each contract column among delivered names, and the names
    that are left over. Raises FileRejected as `read_header` does."""
    expected = {
        n for column in contract.columns for n in (column.name, *column.aliases)
    }
    repeated = sorted({name for name in names if names.count(name) > 1})
    duplicate = FileRejected(
        "duplicate_columns", f"Columns given more than once: {', '.join(repeated)}."
    )
    if not expected.isdisjoint(repeated):
        raise duplicate
    positions, missing = [], []
    for column in contract.columns:
        known = [name for name in (column.name, *column.aliases) if name in names]
        if known:
            positions.append(names.index(known[0]))
        else:
            missing.append(column.name)
    drift = tuple(n for i, n in enumerate(names) if i not in positions)
    if missing:
        is_header = len(missing) < len(contract.columns) or _are_columns(names)
        raise FileRejected(
            "missing_columns",
            f"Columns missing: {', '.join(missing)}{_found(drift, is_header)}.",
        )
    if repeated:
        raise duplicate
    return tuple(positions), drift


def _are_columns(names: list[str]) -> bool:
    """Whether these are names of columns, although none is the contract's: without
    a header line they are values, perhaps personal ones, and must not be repeated."""
    return all(map(_COLUMN_NAME.fullmatch, names)) and any(
        map(_TELLING_NAME.fullmatch, names)
    )


def _found(drift: tuple[str, ...], is_header: bool) -> str:
    names = [name for name in drift if is_header and _COLUMN_NAME.fullmatch(name)]
    if not names:
        return ""
    shown = [*names[:_MOST_NAMED], *(["…"] if len(names) > _MOST_NAMED else [])]
    return f"; found in their place: {', '.join(shown)}"
