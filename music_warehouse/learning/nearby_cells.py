"""Nearest vectors within nearby cells, where all pairs would take too long."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from music_warehouse.learning.determinism import one_thread
from music_warehouse.learning.top_cosines import NearestPairs, nearest

_SAMPLE_PER_CELL = 40


@dataclass(frozen=True)
class CellParameters:
    """Up to `exact_up_to` vectors are compared all with all. More are divided into
    cells of about `cell_size`, and each is compared with the vectors of the
    `searched_share` of cells that are nearest to its own."""

    exact_up_to: int = 50_000
    cell_size: int = 1_000
    searched_share: float = 0.1
    seed: int = 20111027


def nearest_in_cells(
    units: NDArray[np.float64], count: int, parameters: CellParameters
) -> NearestPairs:
    """The `count` nearest other vectors of each, ordered as `nearest` orders them.

    Cells are k-means cells of a sample (an inverted file: Jégou, Douze and Schmid,
    2011); which cells are near is decided cell by cell, so a cell is one block of
    matrix products. Cosines are exact; a neighbour in a cell not searched is missed.
    """
    if len(units) <= parameters.exact_up_to:
        return nearest(units, units, count, np.arange(len(units)))
    cell, centers = _cells(units, parameters)
    searched = max(1, round(parameters.searched_share * len(centers)))
    nearness = centers @ centers.T
    np.fill_diagonal(nearness, np.inf)
    near_cells = np.argsort(-nearness, axis=1, kind="stable")
    members = [np.flatnonzero(cell == number) for number in range(len(centers))]
    parts = []
    for number, queries in enumerate(members):
        others = [members[near] for near in near_cells[number, :searched]]
        catalogue = np.sort(np.concatenate(others))
        pairs = nearest(
            units[queries], units[catalogue], count, np.searchsorted(catalogue, queries)
        )
        parts.append(
            NearestPairs(queries[pairs.row], catalogue[pairs.column], pairs.cosine)
        )
    row = np.concatenate([part.row for part in parts])
    order = np.argsort(row, kind="stable")
    return NearestPairs(
        row=row[order],
        column=np.concatenate([part.column for part in parts])[order],
        cosine=np.concatenate([part.cosine for part in parts])[order],
    )


def _cells(
    units: NDArray[np.float64], parameters: CellParameters
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    count = max(2, len(units) // parameters.cell_size)
    draw = np.random.default_rng(parameters.seed)
    size = min(len(units), count * _SAMPLE_PER_CELL)
    sample = np.sort(draw.choice(len(units), size, replace=False))
    with one_thread():
        model = KMeans(count, n_init=1, max_iter=10, random_state=parameters.seed)
        model.fit(units[sample])
    centers = model.cluster_centers_
    centers = centers / np.maximum(np.linalg.norm(centers, axis=1), 1e-12)[:, None]
    cell = nearest(units, centers, 1)
    return cell.column, centers
