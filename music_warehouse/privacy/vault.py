"""The vault: which random token stands for which card of which person.

A file of its own that the warehouse never reads. What is erased from it is
overwritten, not only forgotten.
"""

import secrets
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from music_warehouse.privacy.files import make_private

_TOKEN_BYTES = 10


class Vault:
    """The tokens of one data folder; `close` lets go of the file."""

    def __init__(self, path: Path) -> None:
        make_private(path)
        self._connection = sqlite3.connect(path)
        self._connection.execute("pragma secure_delete = on")
        self._connection.execute(
            """
            create table if not exists card_tokens (
                user_key integer not null,
                card_last_4 text not null,
                token text not null unique,
                primary key (user_key, card_last_4)
            ) without rowid
            """
        )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def tokens(self, cards: Iterable[tuple[int, str]]) -> list[str]:
        """One token per card (user key and last digits), the same for the same card
        for ever; new ones are in the file when this returns."""
        with self._connection:
            return [self._token(*card) for card in cards]

    def erase(self, user_key: int) -> list[str]:
        """Forget a person's cards; the tokens that stood for them."""
        with self._connection:
            found = self._connection.execute(
                "select token from card_tokens where user_key = ?", (user_key,)
            ).fetchall()
            self._connection.execute(
                "delete from card_tokens where user_key = ?", (user_key,)
            )
        self._connection.execute("vacuum")
        return [token for (token,) in found]

    def _token(self, user_key: int, digits: str) -> str:
        found = self._connection.execute(
            "select token from card_tokens where user_key = ? and card_last_4 = ?",
            (user_key, digits),
        ).fetchone()
        if found is not None:
            return str(found[0])
        token = f"card_{secrets.token_hex(_TOKEN_BYTES)}"
        self._connection.execute(
            "insert into card_tokens values (?, ?, ?)", (user_key, digits, token)
        )
        return token
