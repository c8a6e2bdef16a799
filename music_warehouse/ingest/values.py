"""The definition of a valid value: one field of a text as a value of its column."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from music_warehouse.contracts import Column
from music_warehouse.ingest.rows import Rejection

Value = int | str | bool | date | datetime | Decimal | None
ValueReader = Callable[[bytes], Value | Rejection]

_INTEGER = re.compile(rb"-?[0-9]+")
_FRACTIONAL = re.compile(
    rb"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)?"
)
_DECIMAL = re.compile(rb"(-?)([0-9]+)(?:\.([0-9]*))?")
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(rb"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_PERIOD = re.compile(rb"([0-9]{4})-([0-9]{2})")
_TIMESTAMP = re.compile(
    rb"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})"
    rb"(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?Z?"
)
_BOOLEANS = {
    **dict.fromkeys((b"true", b"t", b"yes", b"y", b"1"), True),
    **dict.fromkeys((b"false", b"f", b"no", b"n", b"0"), False),
}
_SHOWN_CHARACTERS = 60
_MOST_DIGITS = 19


def value_reader(column: Column) -> ValueReader:
    """What reads the fields of a column: a value, None for a blank, or why it is no
    valid value. A personal value is never quoted."""
    read = _typed_reader(column)

    def read_checked(field: bytes) -> Value | Rejection:
        value = read(column, field)
        if isinstance(value, Rejection):
            return None if column.invalid_is_blank else column.invalid_value or value
        if value is None and column.required:
            return Rejection("blank_required", f"{column.name} is blank.")
        return value

    return read_checked


def _typed_reader(column: Column) -> Callable[[Column, bytes], Value | Rejection]:
    if column.is_integer:
        return _read_integer
    if column.decimal_digits:
        return _read_decimal
    if column.type == "text":
        return _text_reader(column)
    return {
        "uuid": _read_uuid,
        "date": _read_date,
        "timestamp": _read_timestamp,
        "period": _read_period,
        "boolean": _read_boolean,
    }[column.type]


def _read_integer(column: Column, field: bytes) -> Value | Rejection:
    field = field.strip(b" \t")
    if not field:
        return None
    if not _INTEGER.fullmatch(field):
        if _FRACTIONAL.fullmatch(field):
            return _wrong("fractional", column, field, "not a whole number")
        return _wrong("not_integer", column, field, "not a whole number")
    low, high = column.limits
    digits = field.lstrip(b"-").lstrip(b"0")
    sign = -1 if field.startswith(b"-") else 1
    value = sign * int(digits or b"0") if len(digits) <= _MOST_DIGITS else None
    if value is not None and low <= value <= high:
        return value
    return _out_of_range(column, field, low, high)


def _read_decimal(column: Column, field: bytes) -> Value | Rejection:
    field = field.strip(b" \t")
    if not field:
        return None
    found = _DECIMAL.fullmatch(field)
    precision, scale = column.decimal_digits or (0, 0)
    if not found:
        return _wrong("not_decimal", column, field, "not a decimal number")
    sign, whole, fraction = found[1], found[2].lstrip(b"0"), found[3] or b""
    fraction = fraction.rstrip(b"0")
    if len(fraction) > scale:
        told = f"with more than {scale} decimals"
        return _wrong("too_many_decimals", column, field, told)
    if len(whole) > precision - scale:
        told = f"not below {10 ** (precision - scale)}"
        return _wrong("out_of_range", column, field, told)
    digits = (whole + fraction.ljust(scale, b"0")).decode("ascii")
    value = Decimal(f"{sign.decode('ascii')}{digits or 0}").scaleb(-scale)
    low, high = column.minimum, column.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        return _out_of_range(column, field, low, high)
    return abs(value) if value == 0 else value


def _out_of_range(
    column: Column, field: bytes, low: int | None, high: int | None
) -> Rejection:
    if field.startswith(b"-") and low == 0:
        return _wrong("negative", column, field, "below 0")
    return _wrong("out_of_range", column, field, f"not between {low} and {high}")


def _text_reader(column: Column) -> Callable[[Column, bytes], Value | Rejection]:
    if column.values:
        spellings = {value.casefold(): value for value in column.values}
        return lambda column, field: _listed(column, field, spellings)
    if column.pattern is not None:
        pattern = re.compile(column.pattern)
        return lambda column, field: _formed(column, field, pattern)
    return _read_text


def _read_text(column: Column, field: bytes) -> Value | Rejection:
    if column.is_trimmed:
        field = field.strip(b" \t")
    try:
        value = field.decode("utf-8")
    except UnicodeDecodeError as error:
        return Rejection(
            "invalid_utf8", f"{column.name} is not UTF-8 at its byte {error.start}."
        )
    if "\x00" in value:
        return Rejection("nul", f"{column.name} holds a NUL byte.")
    if not value or (column.required and not value.strip()):
        return None
    if value in column.blank_values:
        return None
    if column.max_bytes is not None and len(field) > column.max_bytes:
        return Rejection(
            "too_long_text",
            f"{column.name} has {len(field)} bytes, more than {column.max_bytes}.",
        )
    return value


def _listed(
    column: Column, field: bytes, spellings: dict[str, str]
) -> Value | Rejection:
    value = _read_text(column, field.strip(b" \t"))
    if not isinstance(value, str):
        return value
    known = spellings.get(value.casefold())
    if known is None:
        return _wrong("unknown_value", column, field, "none of the known values")
    return known


def _formed(
    column: Column, field: bytes, pattern: re.Pattern[str]
) -> Value | Rejection:
    value = _read_text(column, field.strip(b" \t"))
    if not isinstance(value, str) or pattern.fullmatch(value):
        return value
    return _wrong("wrong_form", column, field, f"not {column.form}")


def _read_uuid(column: Column, field: bytes) -> Value | Rejection:
    field = field.strip(b" \t")
    if not field:
        return None
    if field.decode("latin-1") in column.blank_values:
        return None
    if not _UUID.fullmatch(field):
        return _wrong("not_uuid", column, field, "not a UUID")
    return field.decode("ascii")


def _read_boolean(column: Column, field: bytes) -> Value | Rejection:
    field = field.strip(b" \t")
    if not field:
        return None
    value = _BOOLEANS.get(field.lower())
    if value is None:
        return _wrong("not_boolean", column, field, "neither true nor false")
    return value


def _read_date(column: Column, field: bytes) -> Value | Rejection:
    found = _DATE.fullmatch(field := field.strip(b" \t"))
    if not field:
        return None
    try:
        value = _midnight(found) if found else None
    except ValueError:
        value = None
    if value is None:
        return _wrong("not_date", column, field, "not a date of the form YYYY-MM-DD")
    return _out_of_time(column, field, value) or value.date()


def _read_period(column: Column, field: bytes) -> Value | Rejection:
    found = _PERIOD.fullmatch(field := field.strip(b" \t"))
    if not field:
        return None
    try:
        value = date(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        value = None
    if value is None:
        return _wrong("not_period", column, field, "not a month of the form YYYY-MM")
    return value


def _read_timestamp(column: Column, field: bytes) -> Value | Rejection:
    """UTC without a zone; what is shorter than a microsecond is left out."""
    found = _TIMESTAMP.fullmatch(field := field.strip(b" \t"))
    if not field:
        return None
    try:
        value = _moment(found) if found else None
    except ValueError:
        value = None
    if value is None:
        return _wrong(
            "not_timestamp", column, field, "not a UTC time as 2026-01-31T23:59:59Z"
        )
    return _out_of_time(column, field, value) or value


def _moment(found: re.Match[bytes]) -> datetime:
    hour, minute, second = (int(part or b"0") for part in found.group(4, 5, 6))
    microsecond = int((found[7] or b"0")[:6].ljust(6, b"0"))
    return _midnight(found).replace(
        hour=hour, minute=minute, second=second, microsecond=microsecond
    )


def _midnight(found: re.Match[bytes]) -> datetime:
    year, month, day = (int(part) for part in found.group(1, 2, 3))
    return datetime(year, month, day)


def _out_of_time(column: Column, field: bytes, value: datetime) -> Rejection | None:
    if column.earliest is not None and value < column.earliest:
        return _wrong("too_early", column, field, f"before {column.earliest:%Y-%m-%d}")
    if column.latest is not None and value > column.latest:
        told = f"later than {column.latest:%Y-%m-%d %H:%M:%S} UTC"
        return _wrong("in_future", column, field, told)
    return None


def _wrong(reason: str, column: Column, field: bytes, told: str) -> Rejection:
    shown = "" if column.personal else f"{_shown(field)}, "
    return Rejection(reason, f"{column.name} is {shown}{told}.")


def _shown(field: bytes) -> str:
    text = field.decode("utf-8", "backslashreplace")
    if len(text) > _SHOWN_CHARACTERS:
        text = text[:_SHOWN_CHARACTERS] + "…"
    return repr(text)
