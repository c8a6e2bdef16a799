"""Payments as they are delivered: what is known of each when a delivery ends."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from music_warehouse.synthetic.service.accounts import Accounts
from music_warehouse.synthetic.service.days import WORLD_BEGINS
from music_warehouse.synthetic.service.reference import (
    CARDS,
    PAYMENT_METHODS,
    PAYMENT_STATUSES,
    PENDING,
    PLANS,
    REFUNDED,
    markets,
)
from music_warehouse.synthetic.service.subscriptions import (
    MOST_REFUND_DAYS,
    MOST_SETTLE_DAYS,
    BillRows,
)

_IDS_PER_DAY = 10**8
# A payment may still change so many days after it was made.
MOST_DAYS_OPEN = MOST_SETTLE_DAYS + MOST_REFUND_DAYS + 1

BILLING_SCHEMA = pa.schema(
    [
        ("transaction_id", pa.int64()),
        ("user_id", pa.int64()),
        ("payment_method", pa.string()),
        ("card_last_4", pa.string()),
        ("amount", pa.decimal128(12, 2)),
        ("currency", pa.string()),
        ("payment_status", pa.string()),
        ("billed_at", pa.timestamp("s")),
        ("period", pa.string()),
    ]
)


def billing_texts() -> dict[str, pa.Array]:
    """The texts that the coded columns of billing stand for."""
    return {
        "payment_method": pa.array(PAYMENT_METHODS),
        "card_last_4": pa.array(["", *(f"{n:04}" for n in range(10_000))]),
        "currency": pa.array([market.currency for market in markets()]),
        "payment_status": pa.array(PAYMENT_STATUSES),
    }


class Billing:
    """The payments of the world, in the order of time."""

    def __init__(self, accounts: Accounts, bills: BillRows) -> None:
        order = np.lexsort((bills.user, bills.second, bills.day))
        self._bills = bills.take(order)
        self._accounts = accounts
        day = self._bills.day
        place = np.arange(len(day)) - np.searchsorted(day, day)
        # Ids follow the clock and say nothing of the user.
        self._id = (day - WORLD_BEGINS + 1) * _IDS_PER_DAY + place

    def _status(self, day: int) -> NDArray[np.int8]:
        """What is known of each payment by the end of a day, -1 before it is made."""
        bills = self._bills
        known = np.where(bills.settled_day > day, PENDING, bills.status)
        is_refunded = (bills.refund_day > 0) & (bills.refund_day <= day)
        known = np.where(is_refunded, REFUNDED, known)
        return np.where(bills.day > day, -1, known).astype(np.int8)

    def delivered(self, first: int, last: int, billed_from: int) -> pa.Table:
        """What is new between two days: payments made, and earlier ones whose status
        has changed; none made before `billed_from`."""
        before, after = self._status(first - 1), self._status(last)
        is_new = (before != after) & (self._bills.day >= billed_from)
        return self._table(np.flatnonzero(is_new), after)

    def _table(self, rows: NDArray[np.int64], status: NDArray[np.int8]) -> pa.Table:
        bills, accounts, texts = self._bills, self._accounts, billing_texts()
        user = bills.user[rows]
        market, method = accounts.market[user], accounts.payment_method[user]
        is_card = np.isin(method, [PAYMENT_METHODS.index(card) for card in CARDS])
        digits = np.where(is_card, accounts.card_last_4[user].astype(np.int64) + 1, 0)
        prices = pa.array(
            [price for market in markets() for price in market.prices],
            pa.decimal128(12, 2),
        )
        amount = market.astype(np.int64) * len(PLANS) + bills.plan[rows]
        seconds = bills.day[rows] * 86_400 + bills.second[rows]
        period = pa.array(bills.period[rows].astype(np.int32), pa.date32())

        def coded(column: str, codes: NDArray[np.generic]) -> pa.DictionaryArray:
            return pa.DictionaryArray.from_arrays(
                pa.array(codes.astype(np.int32)), texts[column]
            )

        return pa.table(
            {
                "transaction_id": self._id[rows],
                "user_id": user + 1,
                "payment_method": coded("payment_method", method),
                "card_last_4": coded("card_last_4", digits),
                "amount": prices.take(pa.array(amount)),
                "currency": coded("currency", market),
                "payment_status": coded("payment_status", status[rows]),
                "billed_at": pa.array(seconds).cast(pa.timestamp("s")),
                "period": pc.utf8_slice_codeunits(period.cast(pa.string()), 0, 7),
            }
        )
