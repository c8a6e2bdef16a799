"""The nearest unit vectors, exactly, without a matrix of all pairs."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music_warehouse.learning.determinism import DECIMALS, one_thread

# 128 rows × 8,192 columns of float32 are 4 MB: near enough to the processor's cache,
# large enough for BLAS.
_ROWS, _COLUMNS = 128, 8_192
_GROUP = 64
# Float32 products of unit vectors of 50 columns are good to about 1e-6.
_MARGIN = np.float32(5e-6)


@dataclass(frozen=True)
class NearestPairs:
    """Pairs (row, column) of positions with their cosine, rounded to 6 decimals,
    ordered by row, then cosine descending, then column."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    cosine: NDArray[np.float64]

    @property
    def place(self) -> NDArray[np.int64]:
        """1, 2, … within each row."""
        return _places(self.row)

    @property
    def rank(self) -> NDArray[np.int64]:
        """As `place`, but the same for equal cosines: 1, 2, 2, 4."""
        new = np.ones(len(self.row), bool)
        new[1:] = (np.diff(self.row) != 0) | (np.diff(self.cosine) != 0)
        starts = np.flatnonzero(new)
        lengths = np.diff(np.append(starts, len(self.row)))
        return np.repeat(self.place[starts], lengths)


def _places(row: NDArray[np.int64]) -> NDArray[np.int64]:
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]][: len(row)])
    lengths = np.diff(np.append(starts, len(row)))
    return np.arange(len(row)) - np.repeat(starts, lengths) + 1


def nearest(
    queries: NDArray[np.float64],
    catalogue: NDArray[np.float64],
    count: int,
    own_position: NDArray[np.int64] | None = None,
) -> NearestPairs:
    """The `count` rows of the catalogue with the highest cosine, for every query.

    Both hold unit vectors; cosines that are equal to 6 decimals are ordered by
    position in the catalogue, so give it in the order of the keys. `own_position`
    is where each query itself stands in the catalogue and is left out.

    Candidates are found in float32, with a margin above its error, and measured
    in float64: the result is exact. Blocks of queries run on all cores, each on one
    thread, so the number of cores changes nothing.
    """
    narrow = np.ascontiguousarray(catalogue.T, np.float32)

    def best_of_block(start: int) -> NearestPairs:
        return _best_of_block(queries, catalogue, narrow, count, start, own_position)

    with one_thread(), ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = list(pool.map(best_of_block, range(0, len(queries), _ROWS)))
    empty = np.zeros(0, np.int64)
    return NearestPairs(
        row=np.concatenate([empty, *(part.row for part in parts)]),
        column=np.concatenate([empty, *(part.column for part in parts)]),
        cosine=np.concatenate([np.zeros(0), *(part.cosine for part in parts)]),
    )


def _best_of_block(
    queries: NDArray[np.float64],
    catalogue: NDArray[np.float64],
    narrow: NDArray[np.float32],
    count: int,
    start: int,
    own_position: NDArray[np.int64] | None,
) -> NearestPairs:
    block = queries[start : start + _ROWS]
    own = None if own_position is None else own_position[start : start + _ROWS]
    rows, columns = _candidates(block.astype(np.float32), narrow, count + 1)
    if own is not None:
        others = own[rows] != columns
        rows, columns = rows[others], columns[others]
    cosine = np.einsum("ij,ij->i", block[rows], catalogue[columns])
    cosine = np.round(cosine, DECIMALS) + 0.0
    order = np.lexsort((columns, -cosine, rows))
    pairs = NearestPairs(rows[order] + start, columns[order], cosine[order])
    kept = pairs.place <= count
    return NearestPairs(pairs.row[kept], pairs.column[kept], pairs.cosine[kept])


def _candidates(
    block: NDArray[np.float32], narrow: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions that may be among the best `count` of their row.

    The bound is the count-th best of the maxima of groups of columns seen so far:
    each is a cosine of a different column, so `count` columns are as good. Only
    groups whose maximum reaches the bound are looked into, so the work beside BLAS
    is one pass of maxima.
    """
    rows_found, columns_found, cosines_found = [], [], []
    best = np.full((len(block), count), -np.inf, np.float32)
    for start in range(0, narrow.shape[1], _COLUMNS):
        cosines = block @ narrow[:, start : start + _COLUMNS]
        grouped = _in_groups(cosines)
        maxima = grouped.max(axis=1)
        pool = np.concatenate([best, maxima], axis=1)
        best = np.partition(pool, pool.shape[1] - count, axis=1)[:, -count:]
        bound = best.min(axis=1) - _MARGIN
        row, group = np.nonzero(maxima >= bound[:, None])
        members = grouped[row, :, group]
        which, member = np.nonzero(members >= bound[row, None])
        rows_found.append(row[which])
        columns_found.append(start + member * grouped.shape[2] + group[which])
        cosines_found.append(members[which, member])
    rows = np.concatenate([np.zeros(0, np.int64), *rows_found])
    columns = np.concatenate([np.zeros(0, np.int64), *columns_found])
    cosines = np.concatenate([np.zeros(0, np.float32), *cosines_found])
    bound = best.min(axis=1) - _MARGIN
    kept = (cosines >= bound[rows]) & (columns < narrow.shape[1])
    return rows[kept], columns[kept]


def _in_groups(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows × members × groups; columns a group's width apart are one group, so that
    maxima over members run along memory. The last group is filled up with -2."""
    rows, columns = cosines.shape
    groups = -(-columns // _GROUP)
    if groups * _GROUP > columns:
        filling = np.full((rows, groups * _GROUP - columns), -2.0, np.float32)
        cosines = np.concatenate([cosines, filling], axis=1)
    return cosines.reshape(rows, _GROUP, groups)
