"""Whom an erasure is about, and what may give that person away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from music_warehouse.contracts import Contract
from music_warehouse.privacy.pseudonyms import Pseudonyms, canonical

# A shorter number is no trace of anybody: it is found everywhere.
_SHORTEST_TELLING_ID = 8
_SHORTEST_TELLING_TEXT = 5


def telling_names(
    names: Iterable[str], contracts: Mapping[str, Contract]
) -> frozenset[str]:
    """Those of the names by which one person can be told: neither few letters nor a
    number, and no word that deliveries are written in (a column, a table, a value that
    a contract lists)."""
    words = {"landing"}
    for contract in contracts.values():
        words |= {contract.source, contract.table}
        for column in contract.columns:
            words |= {column.name, *column.aliases, *column.values}
    known = {word.casefold() for word in words}
    return frozenset(
        name
        for name in names
        if len(name) >= _SHORTEST_TELLING_TEXT
        and not name.isdigit()
        and name.casefold() not in known
    )


@dataclass(frozen=True)
class Person:
    """One person: the id as text, its whole HMAC, the key in the lake, and
    `names`, texts that name this person and nobody else (mail addresses, user names;
    see `telling_names`).
    """

    user_id: str
    digest: str
    user_key: int
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, user_id: str, pseudonyms: Pseudonyms) -> "Person":
        """The person with an id."""
        return cls(
            canonical(user_id),
            pseudonyms.digest(user_id),
            pseudonyms.user_key(user_id),
        )

    @property
    def traces(self) -> list[bytes]:
        """What must be nowhere after the erasure, as far as it is long enough to be
        told from chance."""
        found = [*self.names]
        if len(self.user_id) >= _SHORTEST_TELLING_ID:
            found.append(self.user_id)
        return [trace.encode() for trace in (*sorted(found), str(self.user_key))]
