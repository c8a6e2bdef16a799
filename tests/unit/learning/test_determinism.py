import threading

import numpy as np
import pytest
import scipy.sparse as sp
from threadpoolctl import threadpool_info

from music_warehouse.learning.determinism import one_thread, product
from music_warehouse.learning.interactions import Interactions
from music_warehouse.learning.svd import SvdParameters, svd_vectors


def blas_threads() -> set[int]:
    return {
        each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"
    }


# 16,384 rows are one block: below, exactly, and beyond.
@pytest.mark.parametrize("rows", [0, 7, 16_384, 40_000])
def test_a_product_by_blocks_has_the_bits_of_the_whole(rows: int) -> None:
    draw = np.random.default_rng(rows)
    shape = (rows, 300)
    matrix = sp.random_array(shape, density=0.02, format="csr", rng=draw)
    matrix = sp.csr_matrix(matrix, dtype=np.float32)
    dense = draw.normal(size=(300, 60)).astype(np.float32)

    assert np.array_equal(product(matrix, dense), matrix @ dense)


def test_a_section_that_ends_does_not_lift_the_limit_of_another() -> None:
    ended = threading.Event()

    def short() -> None:
        with one_thread():
            pass
        ended.set()

    with one_thread():
        threading.Thread(target=short).start()
        assert ended.wait(10)
        assert blas_threads() == {1}


def test_a_start_on_a_sample_of_the_users_ends_where_the_full_one_does(
    six_genres: Interactions,
) -> None:
    """Six genres stand out: their six directions are found either way."""
    full = svd_vectors(six_genres.playcounts, SvdParameters(dimensions=6))
    warm = svd_vectors(
        six_genres.playcounts,
        SvdParameters(dimensions=6, warm_start_users=100, warm_iterations=4),
    )

    assert np.einsum("ij,ij->i", full.units, warm.units).min() > 0.999


def test_the_singular_vectors_are_those_of_the_whole_decomposition(
    six_genres: Interactions,
) -> None:
    """With these exponents the matrix is 0 and 1 and the vectors are rows of V."""
    plain = SvdParameters(
        dimensions=6,
        playcount_slope=0.0,
        user_exponent=0.0,
        artist_exponent=0.0,
        singular_value_exponent=0.0,
        power_iterations=20,
    )
    heard = (six_genres.playcounts.toarray() > 0).astype(float)
    rows = np.linalg.svd(heard, full_matrices=False)[2][:6].T
    rows /= np.linalg.norm(rows, axis=1)[:, None]

    found = svd_vectors(six_genres.playcounts, plain).units

    assert np.allclose(np.abs(found), np.abs(rows), atol=1e-3)
