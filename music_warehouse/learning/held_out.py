"""The task of the evaluation: find the one artist that was hidden of each user."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from music_warehouse.learning.interactions import Interactions, drawn_positions

_FEWEST_ARTISTS = 2


@dataclass(frozen=True)
class EvaluationParameters:
    """Which users and artists are evaluated, and how surely.

    At most `most_users`, drawn by `seed`, and artists with `min_listeners` among
    them: full size would only make the intervals narrower than anybody needs. Where
    `draw_users` has drawn as many before reading, all that were read are taken.
    """

    most_users: int = 20_000
    min_listeners: int = 5
    ease_artists: int = 20_000
    bootstraps: int = 1_000
    seed: int = 20111027


@dataclass(frozen=True)
class HeldOut:
    """Playcounts with one artist of each user taken out, and which one.

    Columns are artists in the order of their listeners that are left, then of
    their keys: a tie in a score goes to the lower column.
    """

    playcounts: sp.csr_matrix
    hidden: NDArray[np.int64]
    country: NDArray[np.int32]

    @property
    def users(self) -> int:
        """Users evaluated; each has one hidden artist."""
        return int(self.playcounts.shape[0])

    @property
    def artists(self) -> int:
        """Artists that can be recommended: the full catalogue of the task."""
        return int(self.playcounts.shape[1])


def hold_out(
    interactions: Interactions, parameters: EvaluationParameters, validation: int = 0
) -> HeldOut:
    """Hide one artist, drawn evenly, of every user who has another one.

    With `validation` 0 this is the test, to be reported and never tuned on. With
    1, 2, … the artists of the test are taken away for good and others are hidden.
    The catalogue is fixed before hiding, so a hidden artist is always in it.
    """
    playcounts = _evaluated(interactions, parameters)
    users = np.arange(playcounts.shape[0])
    hidden = np.zeros(0, np.int64)
    for draw in [0] if validation == 0 else [0, validation]:
        enough = np.flatnonzero(np.diff(playcounts.indptr) >= _FEWEST_ARTISTS)
        users, playcounts = users[enough], playcounts[enough]
        hidden = _hide_one(playcounts, [parameters.seed, 1 + draw])
    listeners = np.bincount(playcounts.indices, minlength=playcounts.shape[1])
    order = np.lexsort((np.arange(len(listeners)), -listeners))
    column = np.empty_like(order)
    column[order] = np.arange(len(order))
    chosen = _chosen_users(interactions, parameters)[users]
    return HeldOut(
        playcounts=sp.csr_matrix(playcounts[:, order]),
        hidden=column[hidden],
        country=interactions.user_country[chosen],
    )


def _hide_one(playcounts: sp.csr_matrix, seed: list[int]) -> NDArray[np.int64]:
    """Take one entry out of every row, in place, and say of which column."""
    sizes = np.diff(playcounts.indptr)
    within = np.random.default_rng(seed).random(len(sizes)) * sizes
    entry = playcounts.indptr[:-1] + np.floor(within).astype(np.int64)
    hidden: NDArray[np.int64] = playcounts.indices[entry].astype(np.int64)
    playcounts.data[entry] = 0
    playcounts.eliminate_zeros()
    return hidden


def _chosen_users(
    interactions: Interactions, parameters: EvaluationParameters
) -> NDArray[np.int64]:
    return drawn_positions(interactions.users, parameters.most_users, parameters.seed)


def _evaluated(
    interactions: Interactions, parameters: EvaluationParameters
) -> sp.csr_matrix:
    playcounts = interactions.playcounts[_chosen_users(interactions, parameters)]
    listeners = np.bincount(playcounts.indices, minlength=playcounts.shape[1])
    return sp.csr_matrix(playcounts[:, listeners >= parameters.min_listeners])
