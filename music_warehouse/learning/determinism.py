"""What makes the same input give the same bytes."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

DECIMALS = 6

_PRODUCT_ROWS = 16_384

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


@contextmanager
def one_thread() -> Iterator[None]:
    """Run BLAS and OpenMP on one thread: sums split over threads differ in their
    last bits with the number of threads.

    The limit on BLAS is the whole process's, and dbt builds several models in one:
    it stays when the section ends, so that nobody lifts it for another. That on
    OpenMP is the calling thread's and ends with the section.
    """
    threadpool_limits(limits=1, user_api="blas")
    with threadpool_limits(limits=1, user_api="openmp"):
        yield


def on_all_cores(
    function: Callable[[_Task], _Result], tasks: Iterable[_Task]
) -> list[_Result]:
    """The results of independent tasks in their order, made on all cores.

    Each task runs BLAS on one thread, so the number of cores changes no bit. NumPy
    and SciPy let go of the interpreter's lock within their loops.
    """
    with one_thread(), ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, tasks))


def product(matrix: sp.csr_matrix, dense: NDArray[np.floating]) -> NDArray[np.floating]:
    """matrix @ dense, by blocks of rows on all cores."""
    rows, indptr = matrix.shape[0], matrix.indptr
    result = np.empty((rows, dense.shape[1]), np.result_type(matrix.dtype, dense))

    def multiply(start: int) -> None:
        end = min(start + _PRODUCT_ROWS, rows)
        entries = slice(indptr[start], indptr[end])
        part = sp.csr_matrix(
            (
                matrix.data[entries],
                matrix.indices[entries],
                indptr[start : end + 1] - indptr[start],
            ),
            shape=(end - start, matrix.shape[1]),
        )
        result[start:end] = part @ dense

    on_all_cores(multiply, range(0, rows, _PRODUCT_ROWS))
    return result


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values to 6 decimals, with no negative zero."""
    return np.asarray(np.round(values, DECIMALS) + 0.0)


def with_fixed_signs(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns turned so that the entry largest in size is positive: a singular
    vector is defined only up to its sign."""
    if not columns.size:
        return columns
    largest = np.argmax(np.abs(columns), axis=0)
    signs = np.sign(columns[largest, np.arange(columns.shape[1])])
    return columns * np.where(signs == 0, 1.0, signs)
