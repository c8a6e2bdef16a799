"""The exchange rates: one for every currency that billing lets in."""

import csv
from decimal import Decimal
from pathlib import Path

from music_warehouse.contracts import load_contracts
from music_warehouse.synthetic.service.reference import PLANS, markets

SEED = Path(__file__).parents[3] / "seeds" / "exchange_rates.csv"


def rates() -> dict[str, Decimal]:
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["currency"] for row in rows}) == len(rows)
    return {row["currency"]: Decimal(row["usd_per_unit"]) for row in rows}


def test_every_currency_of_the_contract_has_a_rate_and_no_other() -> None:
    billing = load_contracts()["service.billing"]
    currency = next(column for column in billing.columns if column.name == "currency")

    assert set(rates()) == set(currency.values)


def test_a_rate_fits_its_column_and_a_dollar_is_a_dollar() -> None:
    assert rates()["USD"] == 1
    for rate in rates().values():
        assert 0 < rate < 10**8
        assert rate == round(rate, 10)


def test_a_month_of_premium_is_worth_some_dollars_everywhere() -> None:
    """A rate written upside down, or with a digit lost, stands out."""
    premium = PLANS.index("premium")

    for market in markets():
        price = market.prices[premium] * rates()[market.currency]
        assert 1 < price < 20, market.country
