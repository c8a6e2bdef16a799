"""How many users listen to both artists of a pair."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from music_warehouse.learning.determinism import on_all_cores

# One bit of an integer a user stands for one artist of a batch.
_BITS = 64
_BATCHES_AT_ONCE = 64


def counted_pairs(
    playcounts: sp.csr_matrix, left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each pair of columns, of which none occurs twice: the users who listen to
    both, and whether the pair occurs the other way round too."""
    listeners = playcounts.T.tocsr()
    heard = np.diff(listeners.indptr)
    swap = (heard[left] < heard[right]) | (
        (heard[left] == heard[right]) & (left > right)
    )
    more, fewer = np.where(swap, right, left), np.where(swap, left, right)
    code = more * playcounts.shape[1] + fewer
    order = np.argsort(code, kind="stable")
    is_first = np.ones(len(code), bool)
    is_first[1:] = np.diff(code[order]) != 0
    different = order[is_first]
    shared = _shared(listeners, more[different], fewer[different])
    place = np.cumsum(is_first) - 1
    times = np.bincount(place, minlength=len(different))
    counts = np.empty(len(code), np.int64)
    is_mutual = np.empty(len(code), bool)
    counts[order], is_mutual[order] = shared[place], times[place] > 1
    return counts, is_mutual


def _shared(
    listeners: sp.csr_matrix, more: NDArray[np.int64], fewer: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The shared listeners of pairs in the order of `more`.

    The listeners of a few dozen widely heard artists are marked, each by a bit, and
    the listeners of the less heard of each pair looked up: the work is the listeners
    of the less heard.
    """
    starts = np.flatnonzero(np.r_[True, np.diff(more) != 0][: len(more)])
    bounds = np.append(starts, len(more))

    def of_batches(first: int) -> NDArray[np.int64]:
        marks = np.zeros(listeners.shape[1], np.uint64)
        last = min(first + _BITS * _BATCHES_AT_ONCE, len(starts))
        parts = []
        for batch in range(first, last, _BITS):
            groups = bounds[batch : min(batch + _BITS, last) + 1]
            artists = more[groups[:-1]]
            bits = np.left_shift(np.uint64(1), np.arange(len(artists), dtype=np.uint64))
            users, sizes = _rows(listeners, artists)
            np.bitwise_or.at(marks, users, np.repeat(bits, sizes))
            looked_up, lengths = _rows(listeners, fewer[groups[0] : groups[-1]])
            bit_of_pair = np.repeat(bits, np.diff(groups))
            hits = (marks[looked_up] & np.repeat(bit_of_pair, lengths)) != 0
            pair = np.repeat(np.arange(len(lengths)), lengths)
            parts.append(np.bincount(pair[hits], minlength=len(lengths)))
            marks[users] = 0
        return np.concatenate(parts)

    steps = range(0, len(starts), _BITS * _BATCHES_AT_ONCE)
    return np.concatenate([np.zeros(0, np.int64), *on_all_cores(of_batches, steps)])


def _rows(
    matrix: sp.csr_matrix, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The columns of the entries of some rows, one row after the other, and how many
    each has."""
    starts = matrix.indptr[rows].astype(np.int64)
    sizes = matrix.indptr[rows + 1] - starts
    before = np.cumsum(sizes) - sizes
    entries = np.arange(sizes.sum()) + np.repeat(starts - before, sizes)
    return matrix.indices[entries], sizes
