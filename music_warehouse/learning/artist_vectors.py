"""What every method of embedding artists returns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ArtistVectors:
    """Artists as unit vectors, with the two weights that go with them.

    A user's taste is the sum of the vectors of their artists, each times its
    `taste_weight` and a weight for the playcount; what the user may like is ranked
    by the dot product with that taste times the artist's `score_weight`. The
    weights stand beside the vectors because a vector of length one cannot carry
    how widely an artist is heard.
    """

    units: NDArray[np.float64]
    taste_weight: NDArray[np.float64]
    score_weight: NDArray[np.float64]
