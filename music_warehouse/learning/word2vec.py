"""Artists from word2vec, where a list of artists is a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from music_warehouse.errors import UserError
from music_warehouse.learning.artist_vectors import ArtistVectors
from music_warehouse.learning.determinism import one_thread
from music_warehouse.learning.unit_vectors import (
    DIMENSIONS,
    mean_direction,
    unit_rows,
)


@dataclass(frozen=True)
class Word2VecParameters:
    """Skip-gram with negative sampling; names as in gensim.

    `playcount_slope` and `popularity_exponent` weight the sum that makes a user and
    the score of an artist, as in `SvdParameters`.
    """

    dimensions: int = DIMENSIONS
    epochs: int = 15
    window: int = 10
    negative: int = 10
    ns_exponent: float = 0.5
    alpha: float = 0.025
    sample: float = 0.0
    playcount_slope: float = 0.2
    popularity_exponent: float = 0.15
    listener_smoothing: float = 10.0
    seed: int = 20111027


class _WeightedLists:
    """Per user, each artist repeated round(1 + log10(playcount)) times.

    Lists come one at a time from the sparse matrix; gensim reads them once to
    count and once an epoch, each time in the next seeded random order.
    """

    def __init__(self, playcounts: sp.csr_matrix, seed: int) -> None:
        self._playcounts = playcounts
        self._order = np.random.default_rng(seed)

    def __iter__(self) -> Iterator[list[str]]:
        matrix = self._playcounts
        names = np.arange(matrix.shape[1]).astype(str).astype(object)
        repeats = np.rint(1 + np.log10(np.maximum(matrix.data, 1))).astype(np.int64)
        for start, end in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True):
            codes = np.repeat(matrix.indices[start:end], repeats[start:end])
            yield names[self._order.permutation(codes)].tolist()


def word2vec_vectors(
    playcounts: sp.csr_matrix, parameters: Word2VecParameters | None = None
) -> ArtistVectors:
    """Artists as unit vectors, by gensim's skip-gram over the weighted lists.

    The context of an artist is the whole list: lists have no order in time, and a
    narrow window over the delivered order would make neighbours of artists that
    only rank alike. Every epoch reads each list in a fresh random order, so a window
    is a fair draw from the whole list, at a cost that is linear in its length. One
    worker: with more the result depends on their timing.
    """
    chosen = parameters or Word2VecParameters()
    listeners = np.bincount(playcounts.indices, minlength=playcounts.shape[1])
    vectors = np.zeros((playcounts.shape[1], chosen.dimensions))
    if playcounts.nnz:
        words, rows = _trained(playcounts, chosen)
        vectors[words] = rows
    popularity = np.maximum(listeners + chosen.listener_smoothing, 1.0)
    popularity = (popularity / popularity.max(initial=1.0)) ** (
        chosen.popularity_exponent
    )
    raw = unit_rows(vectors, np.zeros(chosen.dimensions))
    taste = 1 / popularity
    return ArtistVectors(
        units=unit_rows(raw, mean_direction(raw, listeners.astype(np.float64))),
        taste_weight=taste / taste.max(initial=1.0),
        score_weight=popularity,
    )


def _trained(
    playcounts: sp.csr_matrix, chosen: Word2VecParameters
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    try:
        from gensim.models import Word2Vec
    except ImportError as error:
        raise UserError(
            "The method word2vec needs gensim: install the extra `word2vec`."
        ) from error
    with one_thread():
        model = Word2Vec(
            sentences=_WeightedLists(playcounts, chosen.seed),
            vector_size=chosen.dimensions,
            window=chosen.window,
            shrink_windows=False,
            min_count=1,
            sg=1,
            negative=chosen.negative,
            ns_exponent=chosen.ns_exponent,
            sample=chosen.sample,
            alpha=chosen.alpha,
            epochs=chosen.epochs,
            seed=chosen.seed,
            workers=1,
        )
    words = np.asarray(model.wv.index_to_key).astype(np.int64)
    return words, np.asarray(model.wv.vectors, np.float64)
