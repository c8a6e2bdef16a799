"""What is left of a personal value: too little to tell whose it is."""

from decimal import Decimal

_SHORTEST_SHOWN = 3
_BANDS = (
    (13, "0-12"),
    (18, "13-17"),
    (25, "18-24"),
    (35, "25-34"),
    (45, "35-44"),
    (55, "45-54"),
    (65, "55-64"),
)
_LAST_BAND = "65+"


def masked_email(email: str) -> str:
    """The first and last character of the local part; nothing of the domain, and
    nothing of a local part shorter than three characters."""
    local, _, _ = email.rpartition("@")
    if len(local) < _SHORTEST_SHOWN:
        return "***@…"
    return f"{local[0]}***{local[-1]}@…"


def age_band(age: int | Decimal) -> str:
    """The range of years that an age (in years, at least 0) lies in."""
    return next((band for above, band in _BANDS if age < above), _LAST_BAND)
