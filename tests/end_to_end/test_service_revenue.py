"""What the warehouse says of money is what pandas makes of the delivered files."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from music_warehouse.names import normalise_name
from tests.end_to_end.conftest import PROJECT, Warehouse

SEEDS = PROJECT / "seeds"
CENT = Decimal("0.01")
FEW = 5
REPORTS = ("revenue_by_country", "arpu_by_country", "mrr_movements", "subscription_mix")
RECONCILIATIONS = ("event_reconciliation", "payment_reconciliation")


OFF = tuple(str(10**15 + number) for number in range(5))
"""Ids of events and payments of a clock that is years off."""


def deliver_what_is_off(folder: Path) -> None:
    """Valid rows that would stretch every report from the year 1 to the year 9999."""
    user, track = (
        delivered(folder, table)[column].iloc[0]
        for table, column in (("users", "user_id"), ("tracks", "track_id"))
    )
    events = (
        "event_id,user_id,track_id,timestamp,play_duration_ms,device_type,shuffle,"
        "skipped,reason\n"
        f"{OFF[0]},{user},{track},2000-01-01 00:00:00,200000,mobile,false,false,\n"
        f"{OFF[1]},{user},{track},2026-11-20 00:00:00,200000,mobile,false,false,\n"
    )
    bills = (
        "transaction_id,user_id,payment_method,card_last_4,amount,currency,"
        "payment_status,billed_at,period\n"
        f"{OFF[2]},{user},paypal,,9.99,EUR,succeeded,2026-05-01 10:00:00,9999-12\n"
        f"{OFF[3]},{user},paypal,,9.99,EUR,succeeded,2026-05-01 10:00:00,0001-01\n"
        f"{OFF[4]},{user},paypal,,9.99,EUR,failed,2026-11-20 10:00:00,2026-11\n"
    )
    for table, rows in (("listening_events", events), ("billing", bills)):
        (folder / "service" / table / f"{table}_off.csv").write_text(rows)


def delivered(folder: Path, table: str) -> pd.DataFrame:
    """All rows of a table in the order of their delivery, as text."""
    files = sorted((folder / "service" / table).glob("*.csv"))
    parts = [pd.read_csv(file, dtype=str, keep_default_na=False) for file in files]
    return pd.concat(parts, ignore_index=True)


def latest(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    return rows.drop_duplicates(key, keep="last")


def seed(name: str) -> dict[str, str]:
    """A seed of two columns."""
    rows = pd.read_csv(SEEDS / f"{name}.csv", dtype=str, keep_default_na=False)
    return dict(rows.itertuples(index=False, name=None))


def suppressed(cells: dict[Any, int]) -> set[Any]:
    """The cells of a total that are hidden, the smallest first."""
    hidden, people = set(), 0
    for cell, users in sorted(cells.items(), key=lambda item: (item[1], item[0])):
        if 0 < users < FEW or 0 < people < FEW:
            hidden.add(cell)
            people += users
    return hidden


class Books:
    """The delivered files, added up without the warehouse: without what a clock that is
    off brought."""

    def __init__(self, folder: Path) -> None:
        rates, code_of = seed("exchange_rates"), seed("country_aliases")
        self.users = latest(delivered(folder, "users"), "user_id")
        names = self.users["country"].map(normalise_name)
        self.users["code"] = names.map(lambda name: code_of.get(name, "ZZ"))
        self._country = dict(
            zip(self.users["user_id"], self.users["code"], strict=True)
        )
        bills = latest(delivered(folder, "billing"), "transaction_id")
        bills = bills[~bills["transaction_id"].isin(OFF)].copy()
        bills["country"] = self.located(bills["user_id"])
        bills["usd"] = [
            (Decimal(amount) * Decimal(rates[currency])).quantize(CENT, ROUND_HALF_UP)
            for amount, currency in zip(bills["amount"], bills["currency"], strict=True)
        ]
        self.bills = bills
        plays = delivered(folder, "listening_events")
        plays = plays[~plays["event_id"].isin(OFF)].copy()
        plays["month"] = plays["timestamp"].str[:7]
        plays["country"] = self.located(plays["user_id"])
        self.active = plays.groupby(["month", "country"])["user_id"].nunique()

    def located(self, users: pd.Series) -> pd.Series:
        return users.map(lambda user: self._country.get(user, "ZZ"))

    def status(self, month: str, status: str) -> pd.DataFrame:
        bills = self.bills
        return bills[(bills["period"] == month) & (bills["payment_status"] == status)]

    def cells(self, month: str, status: str) -> dict[str, tuple[int, int, Decimal]]:
        """Users, payments and dollars of each country."""
        return {
            country: (rows["user_id"].nunique(), len(rows), sum(rows["usd"]))
            for country, rows in self.status(month, status).groupby("country")
        }

    def mrr(self, month: str) -> dict[str, Decimal]:
        """What each customer of a month pays."""
        rows = self.status(month, "succeeded")
        return {user: sum(paid["usd"]) for user, paid in rows.groupby("user_id")}


def movements(
    months: Iterable[dict[str, Decimal]],
) -> Iterable[dict[str, list[Decimal]]]:
    """The changes of each month by their kind."""
    known: set[str] = set()
    for before, now in pairwise([{}, *months]):
        moved: dict[str, list[Decimal]] = {
            kind: []
            for kind in ("new", "upgrade", "downgrade", "reactivation", "churn")
        }
        for user in before.keys() | now.keys():
            change = now.get(user, Decimal(0)) - before.get(user, Decimal(0))
            if user not in now:
                moved["churn"].append(change)
            elif user not in before:
                moved["reactivation" if user in known else "new"].append(change)
            elif change:
                moved["upgrade" if change > 0 else "downgrade"].append(change)
        known |= now.keys()
        yield moved


def check_revenue(books: Books, rows: list[dict[str, Any]]) -> None:
    statuses = {
        "succeeded": ("paying_users", "payments", "revenue_usd", "is_suppressed"),
        "refunded": (
            *("refunded_users", "refunds", "refunded_usd"),
            "is_refunded_suppressed",
        ),
        "failed": (
            *("failed_users", "failed_payments", "failed_usd"),
            "is_failed_suppressed",
        ),
        "pending": (
            *("pending_users", "pending_payments", "pending_usd"),
            "is_pending_suppressed",
        ),
    }
    for status, columns in statuses.items():
        cells = {month: books.cells(month, status) for month in set(books.bills.period)}
        hidden = {
            month: suppressed({country: cell[0] for country, cell in of_month.items()})
            for month, of_month in cells.items()
        }
        for row in rows:
            month = f"{row['month_start_date']:%Y-%m}"
            expected = cells[month].get(row["country"], (0, 0, Decimal(0)))
            is_hidden = row["country"] in hidden[month]
            told = (None, None, None) if is_hidden else expected
            assert tuple(row[column] for column in columns) == (*told, is_hidden)


def check_movements(books: Books, rows: list[dict[str, Any]]) -> None:
    months = sorted(set(books.bills.period))
    assert [f"{row['month_start_date']:%Y-%m}" for row in rows] == months
    mrr = [books.mrr(month) for month in months]
    for row, opening, closing, moved in zip(
        rows, [{}, *mrr], mrr, movements(mrr), strict=False
    ):
        counts = {kind: len(changes) for kind, changes in moved.items()}
        comings = {kind: counts[kind] for kind in ("new", "reactivation", "churn")}
        goings = {kind: counts[kind] for kind in ("upgrade", "downgrade")}
        hidden_counts = suppressed(comings) | suppressed(goings)
        hidden = suppressed(counts) | hidden_counts
        assert row["is_complete"]
        balances = {"opening": opening, "closing": closing}
        few = {name for name, paid in balances.items() if 0 < len(paid) < FEW}
        if few:
            hidden_counts = hidden = set(moved)
        for name, paid in balances.items():
            told = (row[f"{name}_mrr_usd"], row[f"{name}_customers"])
            is_hidden = name in few
            assert told == (
                (None, None) if is_hidden else (sum(paid.values()), len(paid))
            )
        assert row["is_suppressed"] == bool(hidden)
        for kind, changes in moved.items():
            money = None if kind in hidden else sum(changes)
            customers = None if kind in hidden_counts else len(changes)
            assert (row[f"{kind}_mrr_usd"], row[f"{kind}_customers"]) == (
                money,
                customers,
            )


def check_hidden_movements(books: Books, rows: list[tuple[Any, ...]]) -> None:
    months = sorted(set(books.bills.period))
    moves = movements([books.mrr(month) for month in months])
    assert rows == [
        (month, kind, len(changes), sum(changes))
        for month, moved in zip(months, moves, strict=True)
        for kind, changes in sorted(moved.items())
        if changes
    ]


def check_arpu(books: Books, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        month, country = f"{row['month_start_date']:%Y-%m}", row["country"]
        cells = books.cells(month, "succeeded")
        payers = {key: cell[0] for key, cell in cells.items()}
        active = books.active.get(month, pd.Series(dtype=int)).to_dict()
        is_hidden = country in suppressed(payers) | suppressed(active)
        assert row["is_suppressed"] == is_hidden
        if is_hidden:
            assert (row["revenue_usd"], row["active_users"]) == (None, None)
        else:
            assert row["revenue_usd"] == cells.get(country, (0, 0, 0))[2]
            assert row["active_users"] in (None, active.get(country, 0))
        if row["arpu_usd"] is not None:
            arpu = float(row["revenue_usd"]) / active[country]
            assert abs(row["arpu_usd"] - arpu) < 1e-9


def check_mix(books: Books, rows: list[dict[str, Any]]) -> None:
    plans = books.users.groupby("code")["subscription_type"].value_counts()
    assert len(rows) == len(plans)
    for row in rows:
        cells = plans[row["country"]].to_dict()
        is_hidden = row["plan"] in suppressed(cells)
        assert row["users"] == (None if is_hidden else cells[row["plan"]])
        total = sum(cells.values())
        assert row["country_users"] == (None if total < FEW else total)


def test_reports_of_money_are_what_the_delivered_files_add_up_to(warehouse: Warehouse):
    landing = warehouse.data / "landing"
    span = ("--users", "700", "--days", "150")
    warehouse.run("generate", "--domain", "service", *span, "--out", str(landing))
    # Who signed up last is known from payments and plays only.
    max((landing / "service" / "users").glob("*.csv")).unlink()
    deliver_what_is_off(landing)
    warehouse.run("ingest", str(landing))
    read = (*REPORTS, *RECONCILIATIONS, "int_cohort_weeks")
    wanted = [f"+{name}" for name in read]
    checks = [
        "assert_movements_explain_every_change_of_mrr",
        "assert_closing_mrr_is_the_revenue_of_the_month",
        "assert_revenue_of_countries_is_that_of_the_world",
        "assert_no_total_tells_of_few",
    ]
    kinds = ("--resource-type", "seed", "--resource-type", "model")
    warehouse.run("build", *kinds, "--select", *wanted, program="dbt")
    warehouse.run("test", "--select", *checks, program="dbt")
    path = str(warehouse.data / "warehouse.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        hidden = connection.execute(
            "select strftime(month_start_date, '%Y-%m'), movement, customers, "
            "change_usd from intermediate.int_mrr_cells order by 1, 2"
        ).fetchall()
        outside = [
            connection.execute(
                f"select file_name, outside_observed_span from marts.{name} "
                "where outside_observed_span > 0"
            ).fetchall()
            for name in RECONCILIATIONS
        ]
        told = {}
        for report in REPORTS:
            rows = connection.execute(f"select * from marts.{report} order by 1, 2")
            names = [column[0] for column in rows.description or ()]
            told[report] = [
                dict(zip(names, row, strict=True)) for row in rows.fetchall()
            ]

    assert outside == [[("listening_events_off.csv", 2)], [("billing_off.csv", 3)]]
    books = Books(landing)
    check_revenue(books, told["revenue_by_country"])
    check_movements(books, told["mrr_movements"])
    check_hidden_movements(books, hidden)
    check_arpu(books, told["arpu_by_country"])
    check_mix(books, told["subscription_mix"])
    # What was to be compared is there.
    for report, column in (
        ("revenue_by_country", "revenue_usd"),
        ("mrr_movements", "new_mrr_usd"),
        ("arpu_by_country", "arpu_usd"),
        ("subscription_mix", "users"),
    ):
        values = [row[column] for row in told[report]]
        assert None in values
        assert any(values)
    assert any(row["country"] == "ZZ" for row in told["revenue_by_country"])
