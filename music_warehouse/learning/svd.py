"""Artists from the truncated SVD of the degree-normalised listening matrix."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils.extmath import randomized_svd

from music_warehouse.learning.artist_vectors import ArtistVectors
from music_warehouse.learning.determinism import one_thread, with_fixed_signs
from music_warehouse.learning.taste import playcount_weight
from music_warehouse.learning.unit_vectors import (
    DIMENSIONS,
    mean_direction,
    unit_rows,
)

# The SVD runs in float32: half the memory traffic, which is what it waits for.
_NEGLIGIBLE_SINGULAR_VALUE = 1e-5
_SMALLEST_WEIGHT_SHARE = 1e-6


@dataclass(frozen=True)
class SvdParameters:
    """How the matrix is weighted before the SVD and the vectors after it.

    The entry of user u and artist i is

        (1 + playcount_slope log10(playcount))
            / (d_u^user_exponent (d_i + s)^artist_exponent)

    with d the number of artists of the user, listeners of the artist, and s the
    smoothing, without which two users who alone hear three artists would be a
    dimension. The defaults were chosen on validation splits of two real data sets,
    never on a test split; the optimum is flat.
    """

    dimensions: int = DIMENSIONS
    playcount_slope: float = 0.2
    user_exponent: float = 0.4
    artist_exponent: float = 0.45
    listener_smoothing: float = 10.0
    singular_value_exponent: float = 0.25
    popularity_exponent: float = 0.3
    length_exponent: float = 0.2
    power_iterations: int = 4
    oversampling: int = 10
    seed: int = 20111027


def svd_vectors(
    playcounts: sp.csr_matrix, parameters: SvdParameters | None = None
) -> ArtistVectors:
    """Artists as unit vectors of `parameters.dimensions` columns.

    Randomised SVD after Halko, Martinsson and Tropp (2011) of the normalised
    matrix; an artist is its row of V times the singular values to a power, scaled
    to length one. With fewer users or artists than dimensions the last columns are
    zero. An artist who shares no listener with anybody else and stands for no
    direction of their own gets the mean direction of all artists.
    """
    chosen = parameters or SvdParameters()
    listeners = np.bincount(playcounts.indices, minlength=playcounts.shape[1])
    smoothed = np.maximum(listeners + chosen.listener_smoothing, 1.0)
    vectors = np.zeros((playcounts.shape[1], chosen.dimensions))
    rank = min(chosen.dimensions, *playcounts.shape)
    if rank and playcounts.nnz:
        matrix = _normalised(playcounts, smoothed, chosen)
        directions, values = _right_singular(matrix, rank, chosen)
        lengths = (values / values[0]) ** chosen.singular_value_exponent
        kept = values > _NEGLIGIBLE_SINGULAR_VALUE * values[0]
        vectors[:, :rank] = directions * np.where(kept, lengths, 0.0)
    popularity = smoothed**chosen.popularity_exponent
    sizes = np.linalg.norm(vectors, axis=1)
    score = popularity * sizes**chosen.length_exponent
    raw = unit_rows(vectors, np.zeros(chosen.dimensions))
    return ArtistVectors(
        units=unit_rows(raw, mean_direction(raw, listeners.astype(np.float64))),
        taste_weight=_relative(1 / popularity),
        score_weight=_relative(score),
    )


def _normalised(
    playcounts: sp.csr_matrix,
    smoothed_listeners: NDArray[np.float64],
    chosen: SvdParameters,
) -> sp.csr_matrix:
    artists_of_user = np.diff(playcounts.indptr)
    user_factor = np.maximum(artists_of_user, 1.0) ** -chosen.user_exponent
    artist_factor = smoothed_listeners**-chosen.artist_exponent
    entries = playcount_weight(playcounts.data, chosen.playcount_slope)
    entries *= np.repeat(user_factor, artists_of_user)
    entries *= artist_factor[playcounts.indices]
    return sp.csr_matrix(
        (entries, playcounts.indices, playcounts.indptr), shape=playcounts.shape
    )


def _right_singular(
    matrix: sp.csr_matrix, rank: int, chosen: SvdParameters
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with one_thread():
        _, values, rows = randomized_svd(
            matrix.astype(np.float32),
            n_components=rank,
            n_oversamples=chosen.oversampling,
            n_iter=chosen.power_iterations,
            power_iteration_normalizer="LU",
            random_state=chosen.seed,
        )
    return with_fixed_signs(rows.T.astype(np.float64)), values.astype(np.float64)


def _relative(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights with the largest at 1, none below a millionth."""
    largest = weights.max(initial=0.0)
    if largest == 0:
        return np.ones_like(weights)
    return np.asarray(np.maximum(weights / largest, _SMALLEST_WEIGHT_SHARE))
