"""Artist names as integers: keys per row, spellings and joint credits per file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from music_warehouse.contracts import Contract
from music_warehouse.ingest.lake import (
    ARTIST_CREDIT_PARTS,
    ARTIST_CREDIT_PARTS_SCHEMA,
    ARTIST_SPELLINGS,
    ARTIST_SPELLINGS_SCHEMA,
)
from music_warehouse.names import credit_parts, name_key, normalise_name

# A superset of the names that `credit_parts` splits, found by an expression in linear
# time; the few that are left are looked at in Python.
_MAY_BE_JOINT = r"[,;&/]|feat|ft|vs|with|\Wx\W"


class ArtistNames:
    """Collects the artist names of one file and gives their keys.

    Names come as codes into dictionaries, millions of rows at a time; only a name
    not met before is looked at in Python.
    """

    def __init__(self, contract: Contract, file_seq: int) -> None:
        self._contract = contract
        self._file_seq = file_seq
        self._names = pa.array([], pa.string())
        self._keys = np.empty(0, dtype=np.int64)
        self._match_names: list[str] = []
        self._match_keys: list[int] = []
        self._pairs: list[pa.Table] = []

    def add(
        self, names: pa.DictionaryArray, mbids: pa.DictionaryArray | None
    ) -> pa.Array:
        """Count names and mbids of some rows; the key of each row's name,
        null for none."""
        if mbids is None:
            mbids = pa.nulls(len(names), pa.dictionary(pa.int32(), pa.string()))
        mbids = _in_lower_case(mbids)
        name_numbers = self._numbers(names.dictionary)
        keys = pa.array(self._keys[name_numbers]).take(names.indices)
        if names.null_count:
            is_named = names.is_valid()
            names, mbids = names.filter(is_named), mbids.filter(is_named)
        name_codes = names.indices.to_numpy()
        width = len(mbids.dictionary) + 1
        mbid_codes = pc.fill_null(mbids.indices, width - 1).to_numpy()
        pairs, counts = np.unique(
            name_codes.astype(np.int64) * width + mbid_codes, return_counts=True
        )
        self._pairs.append(
            pa.table(
                {
                    "name": name_numbers[pairs // width],
                    "mbid": pa.DictionaryArray.from_arrays(
                        _codes(pairs % width, null=width - 1), mbids.dictionary
                    ),
                    "row_count": counts.astype(np.int64),
                }
            )
        )
        return keys

    def tables(self) -> Iterator[tuple[Path, pa.Table]]:
        """The side tables of the file, by their folder in the lake."""
        yield ARTIST_SPELLINGS, self._spellings()
        yield ARTIST_CREDIT_PARTS, self._credit_parts()

    def _numbers(self, names: pa.StringArray) -> np.ndarray:
        """The place of each name among all met, new ones being added."""
        numbers = pc.index_in(names, value_set=self._names)
        if numbers.null_count:
            self._meet(names.filter(pc.is_null(numbers)))
            numbers = pc.index_in(names, value_set=self._names)
        return np.asarray(numbers)

    def _meet(self, names: pa.StringArray) -> None:
        texts = names.to_pylist()
        keys = [name_key(text) for text in texts]
        match_names = [normalise_name(text) for text in texts]
        self._names = pa.concat_arrays([self._names, names])
        self._keys = np.concatenate([self._keys, np.array(keys, dtype=np.int64)])
        self._match_names += match_names
        self._match_keys += [
            key if match_name == text else name_key(match_name)
            for text, key, match_name in zip(texts, keys, match_names, strict=True)
        ]

    def _spellings(self) -> pa.Table:
        if not self._pairs:
            return ARTIST_SPELLINGS_SCHEMA.empty_table()
        found = pa.concat_tables(self._pairs).unify_dictionaries().combine_chunks()
        mbids = found["mbid"].chunk(0)
        width = len(mbids.dictionary) + 1
        mbid_codes = pc.fill_null(mbids.indices, width - 1).to_numpy()
        pairs, inverse = np.unique(
            found["name"].to_numpy().astype(np.int64) * width + mbid_codes,
            return_inverse=True,
        )
        row_counts = np.zeros(len(pairs), dtype=np.int64)
        np.add.at(row_counts, inverse, found["row_count"].to_numpy())
        name_numbers = pa.array(pairs // width)
        mbid_numbers = _codes(pairs % width, null=width - 1)
        mbid_keys = [name_key(f"mbid:{m}") for m in mbids.dictionary.to_pylist()]
        count = len(pairs)
        return pa.Table.from_arrays(
            [
                pa.repeat(pa.scalar(self._file_seq, pa.int32()), count),
                pa.repeat(self._contract.source, count),
                pa.repeat(self._contract.table, count),
                pa.array(self._keys).take(name_numbers),
                self._names.take(name_numbers),
                pa.array(self._match_names, pa.string()).take(name_numbers),
                pa.array(self._match_keys, pa.int64()).take(name_numbers),
                mbids.dictionary.take(mbid_numbers),
                pa.array(mbid_keys, pa.int64()).take(mbid_numbers),
                pa.array(row_counts),
            ],
            schema=ARTIST_SPELLINGS_SCHEMA,
        )

    def _credit_parts(self) -> pa.Table:
        may_be_joint = pc.match_substring_regex(
            self._names, _MAY_BE_JOINT, ignore_case=True
        )
        rows = [
            (
                self._file_seq,
                name_key(name),
                number,
                part,
                name_key(normalise_name(part)),
            )
            for name in self._names.filter(may_be_joint).to_pylist()
            for number, part in enumerate(credit_parts(name), 1)
        ]
        columns = zip(*rows, strict=True) if rows else [()] * 5
        return pa.Table.from_arrays(
            [
                pa.array(values, field.type)
                for values, field in zip(
                    columns, ARTIST_CREDIT_PARTS_SCHEMA, strict=True
                )
            ],
            schema=ARTIST_CREDIT_PARTS_SCHEMA,
        )


def _in_lower_case(mbids: pa.DictionaryArray) -> pa.DictionaryArray:
    """One code per mbid: RFC 9562 lets a UUID's letters be of either case."""
    texts = pc.ascii_lower(mbids.dictionary)
    if texts.equals(mbids.dictionary):
        return mbids
    coded = texts.dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        coded.indices.take(mbids.indices), coded.dictionary
    )


def _codes(numbers: np.ndarray, null: int) -> pa.Array:
    """Dictionary codes, one number standing for null."""
    return pa.array(numbers.astype(np.int32), mask=numbers == null)
