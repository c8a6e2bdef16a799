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
        self._spellings: list[pa.Table] = []

    def add(
        self, names: pa.DictionaryArray, mbids: pa.DictionaryArray | None
    ) -> pa.Array:
        """Count names and mbids of some rows; the key of each row's name."""
        name_codes = names.indices.to_numpy()
        keys = self._keys_of(names.dictionary)
        if mbids is None:
            counts = np.bincount(name_codes, minlength=len(names.dictionary))
            used = np.flatnonzero(counts)
            pair_names, pair_mbids = used, pa.nulls(len(used), pa.int32())
            counts, mbid_texts = counts[used], pa.array([], pa.string())
        else:
            mbid_texts = mbids.dictionary
            width = len(mbid_texts) + 1
            mbid_codes = pc.fill_null(mbids.indices, len(mbid_texts)).to_numpy()
            pairs, counts = np.unique(
                name_codes.astype(np.int64) * width + mbid_codes, return_counts=True
            )
            pair_names = pairs // width
            pair_mbids = pa.array(
                (pairs % width).astype(np.int32), mask=pairs % width == width - 1
            )
        self._spellings.append(
            pa.table(
                {
                    "artist_name": pa.DictionaryArray.from_arrays(
                        pa.array(pair_names.astype(np.int32)), names.dictionary
                    ),
                    "mbid": pa.DictionaryArray.from_arrays(pair_mbids, mbid_texts),
                    "row_count": pa.array(counts.astype(np.int64)),
                }
            )
        )
        return pa.array(keys[name_codes])

    def tables(self) -> Iterator[tuple[Path, pa.Table]]:
        """The side tables of the file, by their folder in the lake."""
        yield ARTIST_SPELLINGS, self._spellings_table()
        yield ARTIST_CREDIT_PARTS, self._credit_parts_table()

    def _keys_of(self, names: pa.StringArray) -> np.ndarray:
        known = pc.index_in(names, value_set=self._names)
        if known.null_count:
            new = names.filter(pc.is_null(known))
            self._names = pa.concat_arrays([self._names, new])
            new_keys = np.fromiter(map(name_key, new.to_pylist()), np.int64, len(new))
            self._keys = np.concatenate([self._keys, new_keys])
            known = known.to_numpy(zero_copy_only=False)
            is_new = np.isnan(known)
            known[is_new] = np.arange(len(self._names) - len(new), len(self._names))
            return self._keys[known.astype(np.int64)]
        return self._keys[known.to_numpy()]

    def _spellings_table(self) -> pa.Table:
        if not self._spellings:
            return ARTIST_SPELLINGS_SCHEMA.empty_table()
        found = pa.concat_tables(self._spellings).unify_dictionaries().combine_chunks()
        names, mbids = (found[c].chunk(0) for c in ("artist_name", "mbid"))
        width = len(mbids.dictionary) + 1
        mbid_codes = pc.fill_null(mbids.indices, width - 1).to_numpy()
        pairs, inverse = np.unique(
            names.indices.to_numpy().astype(np.int64) * width + mbid_codes,
            return_inverse=True,
        )
        counts = np.zeros(len(pairs), dtype=np.int64)
        np.add.at(counts, inverse, found["row_count"].to_numpy())
        name_codes, mbid_codes = pairs // width, pairs % width
        texts = names.dictionary.to_pylist()
        match_names = [normalise_name(text) for text in texts]
        keys = self._keys_of(names.dictionary)
        match_keys = np.fromiter(
            (
                key if match_name == text else name_key(match_name)
                for text, match_name, key in zip(
                    texts, match_names, keys.tolist(), strict=True
                )
            ),
            np.int64,
            len(texts),
        )
        mbid_texts = mbids.dictionary
        mbid_keys = pa.array(
            [name_key(f"mbid:{mbid.lower()}") for mbid in mbid_texts.to_pylist()],
            pa.int64(),
        )
        picked = pa.array(mbid_codes, mask=mbid_codes == width - 1)
        rows = len(pairs)
        return pa.Table.from_arrays(
            [
                _repeated(pa.scalar(self._file_seq, pa.int32()), rows),
                _repeated(self._contract.source, rows),
                _repeated(self._contract.table, rows),
                pa.array(keys[name_codes]),
                names.dictionary.take(pa.array(name_codes)),
                pa.array(match_names, pa.string()).take(pa.array(name_codes)),
                pa.array(match_keys[name_codes]),
                mbid_texts.take(picked),
                mbid_keys.take(picked),
                pa.array(counts),
            ],
            schema=ARTIST_SPELLINGS_SCHEMA,
        )

    def _credit_parts_table(self) -> pa.Table:
        # Names without a comma, semicolon or one of the joining words have no parts;
        # one pass of a linear-time expression leaves few to look at in Python.
        joint = pc.match_substring_regex(self._names, _MAY_BE_JOINT, ignore_case=True)
        rows: list[tuple[int, int, int, str, int]] = []
        for name in self._names.filter(joint).to_pylist():
            for number, part in enumerate(credit_parts(name), 1):
                part_key = name_key(normalise_name(part))
                rows.append((self._file_seq, name_key(name), number, part, part_key))
        columns = zip(*rows, strict=True) if rows else ([],) * 5
        return pa.Table.from_arrays(
            [
                pa.array(values, field.type)
                for values, field in zip(
                    columns, ARTIST_CREDIT_PARTS_SCHEMA, strict=True
                )
            ],
            schema=ARTIST_CREDIT_PARTS_SCHEMA,
        )


_MAY_BE_JOINT = r"[,;&/]|feat|ft|vs|with|\Wx\W"


def _repeated(value: object, count: int) -> pa.Array:
    return pa.repeat(value, count)
