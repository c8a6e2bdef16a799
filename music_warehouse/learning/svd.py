"""Artists from the truncated SVD of the degree-normalised listening matrix."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from music_warehouse.learning.artist_vectors import ArtistVectors
from music_warehouse.learning.determinism import (
    one_thread,
    product,
    with_fixed_signs,
)
from music_warehouse.learning.taste import playcount_weight
from music_warehouse.learning.unit_vectors import (
    DIMENSIONS,
    mean_direction,
    unit_rows,
)

# The SVD runs in float32: half the memory traffic, which is what it waits for. Sums
# over rows, which decide how the columns are turned, run in float64.
_GRAM_ROWS = 16_384
_INDEPENDENT = 1e-12
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
    warm_start_users: int = 60_000
    warm_iterations: int = 2
    seed: int = 20111027


def svd_vectors(
    playcounts: sp.csr_matrix, parameters: SvdParameters | None = None
) -> ArtistVectors:
    """Artists as unit vectors of `parameters.dimensions` columns.

    An artist is its row of the right singular vectors times the singular values to
    a power, scaled to length one. With fewer users or artists than dimensions the
    last columns are zero. An artist who shares no listener with anybody else and
    stands for no direction of their own gets the mean direction of all artists.
    """
    chosen = parameters or SvdParameters()
    listeners = np.bincount(playcounts.indices, minlength=playcounts.shape[1])
    smoothed = np.maximum(listeners + chosen.listener_smoothing, 1.0)
    vectors = np.zeros((playcounts.shape[1], chosen.dimensions))
    rank = min(chosen.dimensions, *playcounts.shape)
    if rank and playcounts.nnz:
        matrix = _normalised(playcounts, smoothed, chosen)
        with one_thread():
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
    entries = playcount_weight(
        playcounts.data.astype(np.float32), chosen.playcount_slope
    )
    entries *= np.repeat(user_factor.astype(np.float32), artists_of_user)
    entries *= artist_factor.astype(np.float32)[playcounts.indices]
    return sp.csr_matrix(
        (entries, playcounts.indices, playcounts.indptr), shape=playcounts.shape
    )


def _right_singular(
    matrix: sp.csr_matrix, rank: int, chosen: SvdParameters
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The first right singular vectors, as columns, and their values.

    Subspace iteration from a random start (Halko, Martinsson and Tropp, 2011), then
    the rotation in which the found columns are singular (Rayleigh and Ritz). With
    twice `warm_start_users` or more the iterations start on a sample of the users
    and only the last few see all: closer to convergence in half the time.
    """
    width = min(rank + chosen.oversampling, *matrix.shape)
    draw = np.random.default_rng(chosen.seed)
    columns = draw.standard_normal((matrix.shape[1], width), np.float32)
    iterations = chosen.power_iterations
    step = matrix.shape[0] // chosen.warm_start_users
    if step > 1:
        columns = _iterated(matrix[::step], columns, iterations)
        iterations = chosen.warm_iterations
    columns = _iterated(matrix, columns, iterations)
    squares, rotation = np.linalg.eigh(_gram(product(matrix, columns)))
    order = np.argsort(-squares, kind="stable")[:rank]
    vectors = columns.astype(np.float64) @ rotation[:, order]
    return with_fixed_signs(vectors), np.sqrt(np.maximum(squares[order], 0.0))


def _iterated(
    matrix: sp.csr_matrix, columns: NDArray[np.float32], iterations: int
) -> NDArray[np.float32]:
    transposed = matrix.T.tocsr()
    columns = _orthonormal(columns)
    for _ in range(iterations):
        columns = _orthonormal(product(matrix, columns))
        columns = _orthonormal(product(transposed, columns))
    return columns


def _orthonormal(columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same span with orthonormal columns; zeros where columns depend on others.

    By the eigenvectors of the small Gram matrix: one pass over the rows, an eighth of
    the time of a QR decomposition.
    """
    squares, rotation = np.linalg.eigh(_gram(columns))
    kept = squares > _INDEPENDENT * squares.max(initial=0.0)
    scale = np.where(kept, np.where(kept, squares, 1.0) ** -0.5, 0.0)
    return columns @ (rotation * scale).astype(np.float32)


def _gram(columns: NDArray[np.float32]) -> NDArray[np.float64]:
    total = np.zeros((columns.shape[1],) * 2)
    for start in range(0, len(columns), _GRAM_ROWS):
        rows = columns[start : start + _GRAM_ROWS].astype(np.float64)
        total += rows.T @ rows
    return total


def _relative(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights with the largest at 1, none below a millionth."""
    largest = weights.max(initial=0.0)
    if largest == 0:
        return np.ones_like(weights)
    return np.asarray(np.maximum(weights / largest, _SMALLEST_WEIGHT_SHARE))
