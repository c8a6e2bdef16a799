"""One column of a contract: which values are valid, and what the lake holds of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from music_warehouse.contracts.yaml_fields import (
    Malformed,
    flag,
    identifier,
    mapping,
    names,
    optional_whole,
    texts,
)

INTEGER_LIMITS = {
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
TEXT_TYPES = ("text", "uuid")
TIME_TYPES = ("date", "timestamp")
_PLAIN_TYPES = (*INTEGER_LIMITS, *TEXT_TYPES, *TIME_TYPES, "period", "boolean")
_DECIMAL = re.compile(r"decimal\(([0-9]{1,2}),([0-9]{1,2})\)")
_MOST_DECIMAL_DIGITS = 18
_ARRIVAL = "arrival"
_TEXT_OPTIONS = (
    "max_bytes",
    "match_name",
    "values",
    "pattern",
    "trimmed",
    "invalid_value",
    "key_name",
)


class Treatment(StrEnum):
    """What becomes of a personal value before it enters the lake.

    `PSEUDONYM`: the person's key, an HMAC; `MASKED_EMAIL`: first and last character
    of the local part; `AGE_BAND`: a range of years; `CARD_TOKEN`: a random token, the
    same for the same person and digits; `DROPPED`: nothing.
    """

    PSEUDONYM = "pseudonym"
    MASKED_EMAIL = "masked_email"
    AGE_BAND = "age_band"
    CARD_TOKEN = "card_token"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Column:
    """One column: its delivered name, which values are valid, what the lake holds.

    `blank_values` are texts that stand for no value, besides the empty one.
    `minimum` and `maximum` are inclusive and, for integers, never wider than the
    type; `earliest` and `latest` bound dates and timestamps (UTC) in the same way.
    `until_arrival` says that no value may be later than its delivery's arrival;
    `Contract.arriving` turns that into `latest`. `max_bytes` bounds the UTF-8 length
    of a text, `values` lists the valid ones (case does not matter), `pattern` is a
    regular expression for the whole of it, and `form` says in words what it demands.
    `is_trimmed` says that blanks around a text are no part of it. Where
    `invalid_is_blank` an invalid value is no value, where there is an `invalid_value`
    that takes its place; neither is a reason to reject a row.

    A personal value that `identifies` is one person's alone, as a user name is.

    In the lake the value goes by `lake_name`, unless `personal` or `is_kept` keep it
    out. `match_name` names the lake column that holds a text's normalised form
    beside it, `key_name` the one that holds its 60-bit key.
    """

    name: str
    type: str
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    until_arrival: bool = False
    max_bytes: int | None = None
    blank_values: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    pattern: str | None = None
    form: str | None = None
    is_trimmed: bool = False
    invalid_is_blank: bool = False
    invalid_value: str | None = None
    aliases: tuple[str, ...] = ()
    json_names: tuple[str, ...] = ()
    match_name: str | None = None
    key_name: str | None = None
    lake_name: str = ""
    is_kept: bool = True
    personal: Treatment | None = None
    identifies: bool = False

    @property
    def is_integer(self) -> bool:
        return self.type in INTEGER_LIMITS

    @property
    def is_text(self) -> bool:
        return self.type in TEXT_TYPES

    @property
    def decimal_digits(self) -> tuple[int, int] | None:
        """Precision and scale of a decimal column; None for every other."""
        found = _DECIMAL.fullmatch(self.type)
        return (int(found[1]), int(found[2])) if found else None

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and largest valid value of an integer column."""
        low, high = INTEGER_LIMITS[self.type]
        return (
            low if self.minimum is None else max(low, self.minimum),
            high if self.maximum is None else min(high, self.maximum),
        )

    @property
    def lake_key_name(self) -> str | None:
        """The lake column in which this column is an integer that can be a key."""
        if self.key_name is not None:
            return self.key_name
        is_own = self.is_integer and self.personal is None and self.is_kept
        is_key = self.personal is Treatment.PSEUDONYM or is_own
        return self.lake_name if is_key else None

    def arriving(self, at: datetime) -> "Column":
        """The column as it is for deliveries that arrive at a time (UTC)."""
        if not self.until_arrival:
            return self
        return replace(self, latest=at, until_arrival=False)


def read_column(entry: object) -> Column:
    """Check one entry of `columns`. Raises Malformed."""
    fields = mapping(
        entry,
        "a column",
        required={"name", "type"},
        optional={
            "required",
            "min",
            "max",
            "max_bytes",
            "blank_values",
            "values",
            "pattern",
            "form",
            "trimmed",
            "invalid",
            "invalid_value",
            "aliases",
            "json_names",
            "match_name",
            "key_name",
            "lake_name",
            "kept",
            "personal",
            "identifies",
        },
    )
    name, kind = identifier(fields["name"], "a column's name"), fields["type"]
    _check_type(name, kind)
    _check_options(name, kind, fields)
    is_timed = kind in TIME_TYPES
    column = Column(
        name=name,
        type=kind,
        required=flag(fields, "required", name, default=False),
        minimum=None if is_timed else optional_whole(fields, "min", name),
        maximum=None if is_timed else optional_whole(fields, "max", name),
        earliest=_moment(fields, "min", name) if is_timed else None,
        latest=_moment(fields, "max", name) if is_timed else None,
        until_arrival=is_timed and fields.get("max") == _ARRIVAL,
        max_bytes=optional_whole(fields, "max_bytes", name),
        blank_values=texts(fields, "blank_values", name),
        values=texts(fields, "values", name),
        pattern=_pattern(fields, name),
        form=_form(fields, name),
        is_trimmed=flag(fields, "trimmed", name, default=False),
        invalid_is_blank=_invalid_is_blank(fields, name),
        invalid_value=_invalid_value(fields, name),
        aliases=names(fields.get("aliases", []), f"aliases of {name}"),
        json_names=texts(fields, "json_names", name),
        match_name=_named(fields, "match_name", name),
        key_name=_named(fields, "key_name", name),
        lake_name=_named(fields, "lake_name", name) or name,
        is_kept=flag(fields, "kept", name, default=True),
        personal=_treatment(fields, name, kind),
        identifies=flag(fields, "identifies", name, default=False),
    )
    if column.is_integer and column.limits[0] > column.limits[1]:
        raise Malformed(f"column {name}: min is above max")
    return column


def _check_type(name: str, kind: object) -> None:
    found = _DECIMAL.fullmatch(kind) if isinstance(kind, str) else None
    if found:
        precision, scale = int(found[1]), int(found[2])
        if not scale <= precision <= _MOST_DECIMAL_DIGITS or precision == 0:
            raise Malformed(
                f"column {name}: a decimal has at most {_MOST_DECIMAL_DIGITS} digits"
            )
    elif kind not in _PLAIN_TYPES:
        known = ", ".join((*_PLAIN_TYPES, "decimal(p,s)"))
        raise Malformed(f"column {name} has type {kind!r}, not one of {known}")


def _check_options(name: str, kind: str, fields: Mapping[str, Any]) -> None:
    has_bounds = (
        kind in (*INTEGER_LIMITS, *TIME_TYPES) or _DECIMAL.fullmatch(kind) is not None
    )
    for option in ("min", "max"):
        if option in fields and not has_bounds:
            raise Malformed(f"column {name}: {option} is for numbers and times")
    for option in _TEXT_OPTIONS:
        if option in fields and kind != "text":
            raise Malformed(f"column {name}: {option} is for text")
    if fields.get("blank_values") and kind not in TEXT_TYPES:
        raise Malformed(f"column {name}: blank_values is for text and uuid")
    if "personal" in fields and not fields.get("kept", True):
        raise Malformed(f"column {name}: kept is for what is not personal")
    # Anybody can compute the key of a text.
    if "personal" in fields and "key_name" in fields:
        raise Malformed(f"column {name}: key_name is for what is not personal")


def _moment(fields: Mapping[str, Any], option: str, name: str) -> datetime | None:
    value = fields.get(option)
    if value is None or (option == "max" and value == _ARRIVAL):
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if not isinstance(value, date):
        raise Malformed(f"column {name}: {option} must be a date, not {value!r}")
    return datetime.combine(value, time())


def _pattern(fields: Mapping[str, Any], name: str) -> str | None:
    pattern = fields.get("pattern")
    if pattern is None:
        return None
    try:
        re.compile(pattern)
    except (re.error, TypeError) as error:
        raise Malformed(
            f"column {name}: pattern is no regular expression: {pattern!r}"
        ) from error
    return str(pattern)


def _form(fields: Mapping[str, Any], name: str) -> str | None:
    form = fields.get("form")
    if ("pattern" in fields) != isinstance(form, str):
        raise Malformed(f"column {name}: a pattern needs its form in words")
    return form


def _invalid_value(fields: Mapping[str, Any], name: str) -> str | None:
    if "invalid_value" not in fields:
        return None
    value = fields["invalid_value"]
    if "invalid" in fields or not (isinstance(value, str) and value):
        raise Malformed(
            f"column {name}: invalid_value must be a text, and invalid not given"
        )
    return value


def _invalid_is_blank(fields: Mapping[str, Any], name: str) -> bool:
    if "invalid" not in fields:
        return False
    if fields["invalid"] != "blank" or fields.get("required", False):
        raise Malformed(f"column {name}: invalid may be blank where blanks are valid")
    return True


def _named(fields: Mapping[str, Any], option: str, name: str) -> str | None:
    if option not in fields:
        return None
    return identifier(fields[option], f"{option} of {name}")


def _treatment(fields: Mapping[str, Any], name: str, kind: str) -> Treatment | None:
    if "personal" not in fields:
        return None
    try:
        treatment = Treatment(fields["personal"])
    except ValueError as error:
        known = ", ".join(Treatment)
        raise Malformed(f"column {name}: personal must be one of {known}") from error
    is_number = kind in INTEGER_LIMITS or _DECIMAL.fullmatch(kind) is not None
    fits = {
        Treatment.PSEUDONYM: kind in INTEGER_LIMITS or kind == "text",
        Treatment.MASKED_EMAIL: kind == "text",
        Treatment.AGE_BAND: is_number,
        Treatment.CARD_TOKEN: kind == "text",
        Treatment.DROPPED: True,
    }[treatment]
    if not fits:
        raise Malformed(f"column {name}: {treatment} is not for {kind}")
    is_renamed = "lake_name" in fields
    if is_renamed == (treatment is Treatment.DROPPED):
        raise Malformed(
            f"column {name}: what is personal needs a lake_name of its own, "
            "and what is dropped has none"
        )
    return treatment
