"""Nearest vectors within nearby cells, where all pairs would take too long."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from music_warehouse.learning.determinism import on_all_cores, one_thread
from music_warehouse.learning.top_cosines import (
    NearestPairs,
    Piece,
    best_measured,
    candidates,
    joined,
    nearest,
)

_SAMPLE_PER_CELL = 40
# Of few cells a small share would be one cell: recall .86 at 60,000 users.
_LEAST_SEARCHED = 10
_QUERIES, _COLUMNS = 512, 2_048
_ASSIGNED_ROWS = 4_096


@dataclass(frozen=True)
class CellParameters:
    """Up to `exact_up_to` vectors are compared all with all. More are divided into
    cells of about `cell_size`, and each is compared with the vectors of the
    `searched_share` of cells, at least 10, whose centres are nearest to it."""

    exact_up_to: int = 50_000
    cell_size: int = 1_000
    searched_share: float = 0.02
    seed: int = 20111027


@dataclass(frozen=True)
class _Cells:
    """Vectors in float32 in the order of their cells: `order` has their positions,
    cell c is `starts[c]` to before `starts[c + 1]`, and `searched` has for each the
    cells it is compared with, in ascending order."""

    narrow: NDArray[np.float32]
    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    searched: NDArray[np.int32]


def nearest_in_cells(
    units: NDArray[np.float64], count: int, parameters: CellParameters
) -> NearestPairs:
    """The `count` nearest other vectors of each, ordered as `nearest` orders them.

    Cells are k-means cells of a sample (an inverted file: Jégou, Douze and Schmid,
    2011). Vectors of one cell are searched for together, since they mostly choose
    the same cells. Cosines are exact; a neighbour in a cell not searched is missed.
    """
    if len(units) <= parameters.exact_up_to:
        return nearest(units, units, count, np.arange(len(units)))
    cells = _divided(units, parameters)

    def best_of_block(bounds: tuple[int, int]) -> NearestPairs:
        block = slice(*bounds)
        own = cells.order[block]
        rows, columns = candidates(
            cells.narrow[block],
            cells.narrow,
            count + 1,
            _pieces(cells, cells.searched[block]),
        )
        columns = cells.order[columns]
        pairs = best_measured(units[own], units, rows, columns, count, own)
        return NearestPairs(own[pairs.row], pairs.column, pairs.cosine)

    blocks = [
        (start, min(start + _QUERIES, end))
        for first, end in zip(cells.starts[:-1], cells.starts[1:], strict=True)
        for start in range(first, end, _QUERIES)
    ]
    pairs = joined(on_all_cores(best_of_block, blocks))
    order = np.argsort(pairs.row, kind="stable")
    return NearestPairs(pairs.row[order], pairs.column[order], pairs.cosine[order])


def _pieces(cells: _Cells, searched: NDArray[np.int32]) -> Iterator[Piece]:
    """What is searched for a block, the cells that most of it chose first: they are
    near, and give a bound that spares looking into the others."""
    row = np.repeat(np.arange(len(searched)), searched.shape[1])
    by_cell = np.argsort(searched.ravel(), kind="stable")
    numbers, first, rows = np.unique(
        searched.ravel()[by_cell], return_index=True, return_counts=True
    )
    for place in np.argsort(-rows, kind="stable"):
        of_cell = row[by_cell[first[place] : first[place] + rows[place]]]
        start, end = cells.starts[numbers[place] : numbers[place] + 2].tolist()
        for part in range(start, end, _COLUMNS):
            yield Piece(of_cell, part, min(part + _COLUMNS, end))


def _divided(units: NDArray[np.float64], parameters: CellParameters) -> _Cells:
    centers = _centers(units, parameters)
    searched = round(parameters.searched_share * len(centers))
    searched = min(max(searched, _LEAST_SEARCHED), len(centers))

    def choose(start: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        block = units[start : start + _ASSIGNED_ROWS].astype(np.float32)
        farness = -(block @ centers.T)
        chosen = np.argpartition(farness, searched - 1, axis=1)[:, :searched]
        return (
            np.argmin(farness, axis=1).astype(np.int32),
            np.sort(chosen.astype(np.int32), axis=1),
        )

    choices = on_all_cores(choose, range(0, len(units), _ASSIGNED_ROWS))
    cell = np.concatenate([own for own, _ in choices])
    order = np.argsort(cell, kind="stable")
    sizes = np.bincount(cell, minlength=len(centers))
    return _Cells(
        narrow=units[order].astype(np.float32),
        order=order,
        starts=np.concatenate([[0], np.cumsum(sizes)]),
        searched=np.concatenate([chosen for _, chosen in choices])[order],
    )


def _centers(
    units: NDArray[np.float64], parameters: CellParameters
) -> NDArray[np.float32]:
    count = max(2, len(units) // parameters.cell_size)
    draw = np.random.default_rng(parameters.seed)
    size = min(len(units), count * _SAMPLE_PER_CELL)
    sample = np.sort(draw.choice(len(units), size, replace=False))
    with one_thread():
        model = KMeans(count, n_init=1, max_iter=10, random_state=parameters.seed)
        model.fit(units[sample].astype(np.float32))
    centers = model.cluster_centers_.astype(np.float64)
    lengths = np.maximum(np.linalg.norm(centers, axis=1), 1e-12)
    return np.asarray((centers / lengths[:, None]).astype(np.float32))
