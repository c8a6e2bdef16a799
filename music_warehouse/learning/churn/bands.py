"""Bands of risk, in which what was expected is compared with what came."""

import numpy as np
from numpy.typing import NDArray

_ENDS = (0.05, 0.15, 0.30, 0.50)

BANDS = range(1, len(_ENDS) + 2)
"""Their numbers, the lowest risk first."""


def risk_band(probability: NDArray[np.float64]) -> NDArray[np.int64]:
    """The band of each probability: below 5, 15, 30, 50 %, and the rest. Where a band
    ends the next begins."""
    return np.searchsorted(_ENDS, probability, side="right") + 1
