"""The countries that the service is sold in: prices and time zones."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

PLANS = ("free", "premium", "family", "student")
FREE, PREMIUM, FAMILY, STUDENT = range(4)

DEVICES = (
    "mobile",
    "desktop",
    "web",
    "tablet",
    "smart_speaker",
    "tv",
    "car",
    "game_console",
)
MOBILE, DESKTOP, WEB, TABLET, SPEAKER, TV, CAR, CONSOLE = range(8)

REASONS = ("trackdone", "fwdbtn", "backbtn", "endplay", "logout")
TRACKDONE, FWDBTN, BACKBTN, ENDPLAY, LOGOUT = range(5)

PAYMENT_METHODS = (
    "credit_card",
    "debit_card",
    "paypal",
    "direct_debit",
    "carrier_billing",
    "gift_card",
)
CARDS = ("credit_card", "debit_card")

PAYMENT_STATUSES = ("succeeded", "failed", "refunded", "pending")
SUCCEEDED, FAILED, REFUNDED, PENDING = range(4)


@dataclass(frozen=True)
class Market:
    """A country: `listeners` is its relative size, `prices` a month of each of PLANS
    in `currency`, `time_zones` IANA names with their relative numbers of people."""

    country_code: str
    country: str
    listeners: float
    currency: str
    prices: tuple[Decimal, ...]
    language: str
    time_zones: tuple[tuple[str, float], ...]


def _zone(text: str) -> tuple[str, float]:
    name, _, people = text.rpartition(":")
    return name, float(people)


@cache
def markets() -> tuple[Market, ...]:
    """Every country that the service is sold in."""
    path = files("music_warehouse.synthetic") / "data" / "service_countries.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return tuple(
        Market(
            row["country_code"],
            row["country"],
            float(row["listeners"]),
            row["currency"],
            (Decimal("0.00"), *(Decimal(row[plan]) for plan in PLANS[1:])),
            row["language"],
            tuple(_zone(text) for text in row["time_zones"].split()),
        )
        for row in rows
    )


@cache
def time_zones() -> tuple[str, ...]:
    """Every time zone in use, in the order of the markets."""
    return tuple(name for market in markets() for name, _ in market.time_zones)
