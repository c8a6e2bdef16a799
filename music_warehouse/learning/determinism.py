"""What makes the same input give the same bytes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

DECIMALS = 6

_LIMITED = threading.RLock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Run BLAS and OpenMP on one thread: sums split over threads differ in their
    last bits with the number of threads.

    The limit is the whole process's, and dbt builds several models in one: whoever
    ended first would lift it for the others, so they take turns.
    """
    with _LIMITED, threadpool_limits(limits=1):
        yield


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
