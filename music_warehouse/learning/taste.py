"""Users as the weighted sum of the artists they listen to."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from music_warehouse.learning.artist_vectors import ArtistVectors
from music_warehouse.learning.determinism import one_thread
from music_warehouse.learning.unit_vectors import mean_direction, unit_rows


def playcount_weight(
    playcount: NDArray[np.float64], slope: float
) -> NDArray[np.float64]:
    """What a playcount counts: 1 + slope · log10(playcount), playcount ≥ 1."""
    return np.asarray(1.0 + slope * np.log10(np.maximum(playcount, 1.0)))


def taste_vectors(
    playcounts: sp.csr_matrix, artists: ArtistVectors, playcount_slope: float
) -> NDArray[np.float64]:
    """One unit vector a user: Σ playcount_weight · taste_weight · vector.

    A user whose artists cancel out has the mean direction of the artists, weighted
    by listeners: nothing is known of them but that they listen.
    """
    weights = sp.csr_matrix(
        (
            playcount_weight(playcounts.data, playcount_slope)
            * artists.taste_weight[playcounts.indices],
            playcounts.indices,
            playcounts.indptr,
        ),
        shape=playcounts.shape,
    )
    listeners = np.bincount(playcounts.indices, minlength=playcounts.shape[1])
    with one_thread():
        sums = np.asarray(weights @ artists.units)
        return unit_rows(
            sums, mean_direction(artists.units, listeners.astype(np.float64))
        )
