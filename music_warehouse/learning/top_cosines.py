"""The nearest unit vectors, exactly, without a matrix of all pairs."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music_warehouse.learning.determinism import DECIMALS, on_all_cores

# A million cosines of float32 are 4 MB: near enough to the processor's cache, large
# enough for BLAS.
_COSINES, _FEWEST_ROWS, _MOST_ROWS = 2**20, 128, 8_192
_GROUPS = 128
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


@dataclass(frozen=True)
class Piece:
    """Positions in a block of queries, and the part of the catalogue, from `start`
    to before `end`, that is searched for them."""

    rows: NDArray[np.int64]
    start: int
    end: int


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
    in float64: the result is exact.
    """
    narrow = catalogue.astype(np.float32)
    height = int(np.clip(_COSINES // max(len(narrow), 1), _FEWEST_ROWS, _MOST_ROWS))
    width = _COSINES // height

    def best_of_block(start: int) -> NearestPairs:
        block = queries[start : start + height]
        rows = np.arange(len(block))
        found = candidates(
            block.astype(np.float32),
            narrow,
            count + 1,
            [
                Piece(rows, first, min(first + width, len(narrow)))
                for first in range(0, len(narrow), width)
            ],
        )
        own = None if own_position is None else own_position[start : start + height]
        pairs = best_measured(block, catalogue, *found, count, own)
        return NearestPairs(pairs.row + start, pairs.column, pairs.cosine)

    return joined(on_all_cores(best_of_block, range(0, len(queries), height)))


def joined(parts: list[NearestPairs]) -> NearestPairs:
    """The pairs of all parts, one after the other."""
    empty = np.zeros(0, np.int64)
    return NearestPairs(
        row=np.concatenate([empty, *(part.row for part in parts)]),
        column=np.concatenate([empty, *(part.column for part in parts)]),
        cosine=np.concatenate([np.zeros(0), *(part.cosine for part in parts)]),
    )


def best_measured(
    block: NDArray[np.float64],
    catalogue: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    count: int,
    own: NDArray[np.int64] | None,
) -> NearestPairs:
    """Of the candidate pairs the best `count` of each row by the cosine in float64,
    without the row itself, which is column `own`."""
    if own is not None:
        others = own[rows] != columns
        rows, columns = rows[others], columns[others]
    cosine = np.einsum("ij,ij->i", block[rows], catalogue[columns])
    cosine = np.round(cosine, DECIMALS) + 0.0
    order = np.lexsort((columns, -cosine, rows))
    pairs = NearestPairs(rows[order], columns[order], cosine[order])
    kept = pairs.place <= count
    return NearestPairs(pairs.row[kept], pairs.column[kept], pairs.cosine[kept])


def candidates(
    block: NDArray[np.float32],
    narrow: NDArray[np.float32],
    count: int,
    pieces: Iterable[Piece],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the pairs that may be among the best `count` of their row,
    in the pieces searched, which show no pair twice.

    The bound of a row is the count-th best of the maxima of groups of columns seen
    so far: each is a cosine of a different column, so `count` columns are as good.
    Only groups whose maximum reaches the bound are looked into, so the work beside
    BLAS is one pass of maxima.
    """
    rows_found = [np.zeros(0, np.int64)]
    columns_found = [np.zeros(0, np.int64)]
    cosines_found = [np.zeros(0, np.float32)]
    best = np.full((len(block), count), -np.inf, np.float32)
    for piece in pieces:
        grouped = _grouped_cosines(narrow[piece.start : piece.end], block[piece.rows])
        maxima = np.ascontiguousarray(grouped.max(axis=0).T)
        pool = np.concatenate([best[piece.rows], maxima], axis=1)
        kept = np.partition(pool, pool.shape[1] - count, axis=1)[:, -count:]
        best[piece.rows] = kept
        # Above what groups are filled up with, even while nothing is found.
        bound = np.maximum(kept[:, 0] - _MARGIN, np.float32(-2))
        row, group = np.nonzero(maxima >= bound[:, None])
        members = grouped[:, group, row]
        member, which = np.nonzero(members >= bound[row])
        rows_found.append(piece.rows[row[which]])
        columns_found.append(piece.start + member * grouped.shape[1] + group[which])
        cosines_found.append(members[member, which])
    rows, columns = np.concatenate(rows_found), np.concatenate(columns_found)
    reaching = np.concatenate(cosines_found) >= best.min(axis=1)[rows] - _MARGIN
    return rows[reaching], columns[reaching]


def _grouped_cosines(
    part: NDArray[np.float32], block: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Members × groups × rows: columns a group's number apart are one group, so that
    maxima over members run along memory. Groups are filled up with -inf."""
    groups = min(_GROUPS, len(part))
    members = -(-len(part) // groups)
    cosines = np.empty((members * groups, len(block)), np.float32)
    np.matmul(part, block.T, out=cosines[: len(part)])
    cosines[len(part) :] = -np.inf
    return cosines.reshape(members, groups, len(block))


def _places(row: NDArray[np.int64]) -> NDArray[np.int64]:
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]][: len(row)])
    lengths = np.diff(np.append(starts, len(row)))
    return np.arange(len(row)) - np.repeat(starts, lengths) + 1
