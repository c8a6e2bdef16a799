import numpy as np
import pytest

from music_warehouse.learning.nearby_cells import CellParameters, nearest_in_cells
from music_warehouse.learning.top_cosines import NearestPairs, nearest


def random_units(count: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, 50))
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]


def by_sorting(units: np.ndarray, queries: np.ndarray, count: int) -> np.ndarray:
    cosines = np.round(units[queries] @ units.T, 6)
    cosines[queries, queries] = -9
    places = np.arange(len(units))
    count = min(count, len(units) - 1)
    return np.array([np.lexsort((places, -row))[:count] for row in cosines])


# 8,192 columns are one block: below, exactly, and beyond.
@pytest.mark.parametrize("size", [1, 2, 15, 700, 8_192, 8_300])
def test_nearest_is_what_sorting_all_cosines_gives(size: int) -> None:
    units = random_units(size)
    queries = np.arange(min(size, 200))

    pairs = nearest(units[queries], units, 20, queries)

    expected = by_sorting(units, queries, 20)
    assert np.array_equal(pairs.row, np.repeat(queries, expected.shape[1]))
    assert np.array_equal(pairs.column, expected.ravel())


def test_equal_cosines_are_ordered_by_position_and_share_a_rank() -> None:
    units = np.eye(5)[[0, 1, 1, 1, 2]]

    pairs = nearest(units[1:2], units, 3, np.array([1]))

    assert pairs.column.tolist() == [2, 3, 0]
    assert pairs.cosine.tolist() == [1.0, 1.0, 0.0]
    assert pairs.rank.tolist() == [1, 1, 3]
    assert pairs.place.tolist() == [1, 2, 3]


def test_many_identical_vectors_give_the_first_by_position() -> None:
    units = np.tile(random_units(1), (9_000, 1))

    pairs = nearest(units[:2], units, 4, np.arange(2))

    assert pairs.column.reshape(2, 4).tolist() == [[1, 2, 3, 4], [0, 2, 3, 4]]


def test_nearby_cells_are_ordered_by_query_and_find_nearly_all() -> None:
    centers = random_units(40, seed=1)
    noise = np.random.default_rng(2).normal(size=(4_000, 50)) * 0.08
    units = centers[np.arange(4_000) % 40] + noise
    units /= np.linalg.norm(units, axis=1)[:, None]
    parameters = CellParameters(exact_up_to=100, cell_size=100, searched_share=0.2)

    found = nearest_in_cells(units, 10, parameters)

    exact = nearest(units, units, 10, np.arange(len(units)))
    assert np.array_equal(found.row, np.repeat(np.arange(4_000), 10))
    assert found.place.tolist() == exact.place.tolist()
    assert np.all(found.row != found.column)
    assert share_found(found, exact) > 0.95


def test_searching_every_cell_is_exact() -> None:
    units = random_units(1_500)
    parameters = CellParameters(exact_up_to=100, cell_size=100, searched_share=1.0)

    found = nearest_in_cells(units, 10, parameters)

    exact = nearest(units, units, 10, np.arange(len(units)))
    assert np.array_equal(found.column, exact.column)


def share_found(found: NearestPairs, exact: NearestPairs) -> float:
    return float(
        np.isin(
            exact.row * 1_000_000 + exact.column, found.row * 1_000_000 + found.column
        ).mean()
    )
