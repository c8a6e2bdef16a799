"""People as keys that nobody can turn back without the secret one."""

import hmac
import re

import numpy as np

_PREFIX = "user:"
_KEY_HEX_DIGITS = 15
# Beyond this many people met, 128 MB, they are forgotten.
_MOST_MET = 1 << 23
# Longer ones are no ids, and Python refuses to read the longest.
_NUMBER = re.compile(r"-?[0-9]{1,64}")


class Pseudonyms:
    """Keys of people under one secret key: HMAC-SHA-256 (RFC 2104) of `user:` and
    the id as text. A plain hash would not do: ids are few enough to try them all."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._met_ids = np.empty(0, dtype=np.int64)
        self._met_keys = np.empty(0, dtype=np.int64)

    def digest(self, user_id: int | str) -> str:
        """The whole HMAC of an id, in hexadecimal."""
        message = f"{_PREFIX}{canonical(user_id)}"
        return hmac.digest(self._key, message.encode(), "sha256").hex()

    def user_key(self, user_id: int | str) -> int:
        """The key of an id: the HMAC's first 60 bits, which any engine can hold.

        Among 100 million people the chance of any collision is 0.4 %.
        """
        return key_of_digest(self.digest(user_id))

    def user_keys(self, user_ids: np.ndarray) -> np.ndarray:
        """The key of each of many ids, whole numbers: an HMAC is taken once for each
        person, those met before are looked up."""
        distinct, codes = np.unique(user_ids, return_inverse=True)
        self._meet(distinct)
        keys = self._met_keys[np.searchsorted(self._met_ids, distinct)]
        found: np.ndarray = keys[codes]
        return found

    def _meet(self, user_ids: np.ndarray) -> None:
        if len(self._met_ids) > _MOST_MET:
            self._met_ids, self._met_keys = self._met_ids[:0], self._met_keys[:0]
        places = np.searchsorted(self._met_ids, user_ids)
        is_met = places < len(self._met_ids)
        is_met[is_met] = self._met_ids[places[is_met]] == user_ids[is_met]
        new, places = user_ids[~is_met], places[~is_met]
        if len(new):
            keys = [self.user_key(user_id) for user_id in new.tolist()]
            self._met_ids = np.insert(self._met_ids, places, new)
            self._met_keys = np.insert(self._met_keys, places, keys)


def key_of_digest(digest: str) -> int:
    """The key that a whole HMAC begins with."""
    return int(digest[:_KEY_HEX_DIGITS], 16)


def canonical(user_id: int | str) -> str:
    """An id as text: one for all the ways to write a number."""
    if isinstance(user_id, int):
        return str(user_id)
    text = user_id.strip()
    return str(int(text)) if _NUMBER.fullmatch(text) else text
