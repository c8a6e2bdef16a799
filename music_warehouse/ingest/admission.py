"""The last step before the lake: nothing personal passes, nobody suppressed does."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from music_warehouse.contracts import Column, Contract, Treatment
from music_warehouse.ingest.schemas import (
    admitted_schema,
    coded,
    delivered_schema,
    without_unused_texts,
)
from music_warehouse.privacy.masks import age_band, masked_email
from music_warehouse.privacy.store import PrivacyStore


class Admitted(NamedTuple):
    """Rows as the lake may hold them, and how many were left out because they are of
    people on the suppression list."""

    table: pa.Table
    rows_suppressed: int


class Admission:
    """Admits the rows of files of one contract.

    Works on distinct values: a person's HMAC is taken once in a block of rows, and
    looked up in the next.
    """

    def __init__(self, contract: Contract, privacy: PrivacyStore) -> None:
        self._contract = contract
        self._privacy = privacy
        self._schema = coded(admitted_schema(contract))
        self._changes_nothing = self._schema == coded(delivered_schema(contract))

    def admit(self, table: pa.Table) -> Admitted:
        """Rows with delivered columns, texts coded, as rows with admitted ones."""
        if self._changes_nothing:
            return Admitted(table, 0)
        person, people = self._contract.person, None
        suppressed = 0
        if person is not None:
            people = self._people(table[person.name].combine_chunks())
            if len(self._privacy.suppressed):
                is_out = np.isin(people, self._privacy.suppressed)
                suppressed = int(is_out.sum())
                if suppressed:
                    kept = table.filter(pa.array(~is_out))
                    table, people = without_unused_texts(kept), people[~is_out]
        columns = [
            self._admitted(column, table[column.name], people)
            for column in self._contract.columns
            if column.lake_name in self._schema.names
        ]
        columns.append(table["line_number"])
        return Admitted(pa.Table.from_arrays(columns, schema=self._schema), suppressed)

    def _people(self, ids: pa.Array) -> np.ndarray:
        pseudonyms = self._privacy.pseudonyms
        if not pa.types.is_dictionary(ids.type):
            return pseudonyms.user_keys(ids.to_numpy())
        keys = [pseudonyms.user_key(text) for text in ids.dictionary.to_pylist()]
        people: np.ndarray = np.array(keys, dtype=np.int64)[ids.indices.to_numpy()]
        return people

    def _admitted(
        self, column: Column, values: pa.ChunkedArray, people: np.ndarray | None
    ) -> pa.Array:
        if column.personal is Treatment.PSEUDONYM:
            return pa.array(people)
        if column.personal is Treatment.MASKED_EMAIL:
            return _each_distinct(values, masked_email)
        if column.personal is Treatment.AGE_BAND:
            return _each_distinct(values, age_band)
        if column.personal is Treatment.CARD_TOKEN and people is not None:
            return self._tokens(values, people)
        return values

    def _tokens(self, digits: pa.ChunkedArray, people: np.ndarray) -> pa.Array:
        given = digits.to_pylist()
        cards = list(zip(people.tolist(), given, strict=True))
        distinct = [card for card in dict.fromkeys(cards) if card[1] is not None]
        tokens = dict(zip(distinct, self._privacy.vault.tokens(distinct), strict=True))
        return pa.array(map(tokens.get, cards), pa.string()).dictionary_encode()


def _each_distinct(
    values: pa.ChunkedArray, change: Callable[..., str]
) -> pa.DictionaryArray:
    """Coded texts made of each distinct value; nulls stay nulls."""
    array = values.combine_chunks()
    codes = array if pa.types.is_dictionary(array.type) else pc.dictionary_encode(array)
    texts = [change(value) for value in codes.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(codes.indices).dictionary_encode()
