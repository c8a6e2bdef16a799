"""Reading the fields of a YAML document strictly."""

import re
from collections.abc import Mapping
from typing import Any

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


class Malformed(Exception):
    """What is wrong with a document, as a clause of a sentence."""


def mapping(
    value: object, what: str, required: set[str], optional: set[str]
) -> dict[str, Any]:
    """A mapping with all of the required keys and none that are unknown."""
    if not isinstance(value, dict):
        raise Malformed(f"{what} must be a mapping")
    missing = sorted(required - value.keys())
    if missing:
        raise Malformed(f"{what} lacks {', '.join(missing)}")
    unknown = sorted(str(key) for key in value.keys() - required - optional)
    if unknown:
        raise Malformed(f"{what} has unknown {', '.join(unknown)}")
    return value


def identifier(value: object, what: str) -> str:
    """A name that needs no quoting in SQL."""
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise Malformed(f"{what} must be a lower-case identifier, not {value!r}")
    return value


def names(value: object, what: str) -> tuple[str, ...]:
    """A list of identifiers."""
    if not isinstance(value, list):
        raise Malformed(f"{what} must be a list")
    return tuple(identifier(name, what) for name in value)


def whole(value: object, what: str) -> int:
    """A whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"{what} must be a whole number, not {value!r}")
    return value


def optional_whole(fields: Mapping[str, Any], option: str, name: str) -> int | None:
    """The whole number of an option of a column; None where it is not given."""
    if option not in fields:
        return None
    return whole(fields[option], f"column {name}: {option}")


def flag(fields: Mapping[str, Any], option: str, name: str, default: bool) -> bool:
    """The truth value of an option of a column."""
    value = fields.get(option, default)
    if not isinstance(value, bool):
        raise Malformed(f"column {name}: {option} must be true or false")
    return value


def texts(fields: Mapping[str, Any], option: str, name: str) -> tuple[str, ...]:
    """The list of texts of an option of a column, none of them empty."""
    values = fields.get(option, [])
    if not isinstance(values, list) or not all(
        isinstance(value, str) and value for value in values
    ):
        raise Malformed(f"column {name}: {option} must be a list of texts")
    return tuple(values)
