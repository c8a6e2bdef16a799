"""Users as the weighted sum of the artists they listen to."""

from typing import TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from music_warehouse.learning.artist_vectors import ArtistVectors
from music_warehouse.learning.determinism import one_thread, product
from music_warehouse.learning.unit_vectors import mean_direction, unit_rows

Float = TypeVar("Float", np.float32, np.float64)


def playcount_weight(playcount: NDArray[Float], slope: float) -> NDArray[Float]:
    """What a playcount counts: 1 + slope · log10(playcount), playcount ≥ 1."""
    weight: NDArray[Float] = np.log10(np.maximum(playcount, 1))
    weight *= slope
    weight += 1
    return weight


def taste_vectors(
    playcounts: sp.csr_matrix, artists: ArtistVectors, playcount_slope: float
) -> NDArray[np.float64]:
    """One unit vector a user: Σ playcount_weight · taste_weight · vector.

    A user whose artists cancel out has the mean direction of the artists, weighted
    by listeners: nothing is known of them but that they listen.
    """
    entries = playcount_weight(playcounts.data.astype(np.float32), playcount_slope)
    entries *= artists.taste_weight.astype(np.float32)[playcounts.indices]
    weights = sp.csr_matrix(
        (entries, playcounts.indices, playcounts.indptr), shape=playcounts.shape
    )
    listeners = np.bincount(playcounts.indices, minlength=playcounts.shape[1])
    sums = product(weights, artists.units.astype(np.float32)).astype(np.float64)
    with one_thread():
        middle = mean_direction(artists.units, listeners.astype(np.float64))
    return unit_rows(sums, middle)
