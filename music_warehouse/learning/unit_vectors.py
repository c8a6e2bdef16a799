"""Vectors of length one, and the tables in which they are published."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from music_warehouse.errors import UserError
from music_warehouse.learning.determinism import rounded

DIMENSIONS = 50
_NEGLIGIBLE = 1e-5


def dimension_names(dimensions: int = DIMENSIONS) -> list[str]:
    """The columns of a vector: dim_01 … dim_50."""
    return [f"dim_{number:02d}" for number in range(1, dimensions + 1)]


def unit_rows(
    vectors: NDArray[np.float64], fallback: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rows scaled to length one; `fallback` where a row says nothing.

    A row says nothing when it is shorter than 1e-5 of the longest: what is left
    there is rounding noise, and noise scaled up would be taken for a taste.
    """
    lengths = np.linalg.norm(vectors, axis=1)
    longest = lengths.max(initial=0.0)
    silent = lengths <= _NEGLIGIBLE * longest
    units = vectors / np.where(silent, 1.0, lengths)[:, None]
    units[silent] = fallback
    return units


def mean_direction(
    vectors: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The direction of the weighted mean; the first axis where there is none."""
    total = weights @ vectors
    length = np.linalg.norm(total)
    first_axis = np.zeros(vectors.shape[1])
    first_axis[:1] = 1.0
    return total / length if length > _NEGLIGIBLE else first_axis


def vector_table(
    key_name: str,
    keys: pa.Array,
    vectors: NDArray[np.float64],
    further: dict[str, pa.Array] | None = None,
) -> pa.Table:
    """A table of key, dim_01 … dim_50 rounded to 6 decimals, and further columns."""
    values = rounded(vectors)
    columns: dict[str, pa.Array] = {key_name: keys}
    for place, name in enumerate(dimension_names(vectors.shape[1])):
        columns[name] = pa.array(np.ascontiguousarray(values[:, place]))
    return pa.table(columns | (further or {}))


def table_vectors(table: pa.Table) -> NDArray[np.float64]:
    """The vectors of a table that `vector_table` made, one row a key, of length one
    again: rounding moves it by up to 4e-6, and a cosine past 1 with it."""
    names = [name for name in table.column_names if name.startswith("dim_")]
    if not names:
        raise UserError("The embedding has no column dim_01.")
    vectors = np.empty((table.num_rows, len(names)))
    for place, name in enumerate(sorted(names)):
        vectors[:, place] = table[name].to_numpy()
    lengths = np.linalg.norm(vectors, axis=1)
    vectors /= np.maximum(lengths, _NEGLIGIBLE)[:, None]
    return vectors


def rows_of_keys(table: pa.Table, key_name: str, keys: pa.Array) -> NDArray[np.int64]:
    """Where each of `keys` stands in the table; an error where one is missing."""
    rows = pc.index_in(keys, value_set=table[key_name].combine_chunks())
    if rows.null_count:
        raise UserError(
            f"The embedding lacks {rows.null_count} of {len(keys)} values of "
            f"{key_name}: build it from the same interactions."
        )
    return np.asarray(rows.to_numpy(), np.int64)
