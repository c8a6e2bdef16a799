"""How good a ranking is, and how sure that is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music_warehouse.learning.baselines import Scorer
from music_warehouse.learning.held_out import HeldOut

TOP = 10
_WIDER_TOP = 50
_SCORES_AT_ONCE = 20_000_000


@dataclass(frozen=True)
class Rankings:
    """Per user, where the hidden artist stands (from 0) and who is on top."""

    position: NDArray[np.int64]
    top: NDArray[np.int64]


@dataclass(frozen=True)
class Metric:
    """A value with the 2.5 % and 97.5 % bounds of the bootstrap over users."""

    name: str
    value: float
    low: float
    high: float


def rank_hidden(task: HeldOut, scorer: Scorer) -> Rankings:
    """Rank the catalogue, without the artists a user is known to hear.

    Equal scores are ordered by column. A few million scores are held at a time.
    """
    size = max(1, _SCORES_AT_ONCE // max(task.artists, 1))
    position = np.zeros(task.users, np.int64)
    top = np.full((task.users, min(TOP, task.artists)), -1, np.int64)
    for start in range(0, task.users, size):
        users = np.arange(start, min(start + size, task.users))
        scores = np.array(scorer(users))
        known = task.playcounts[users]
        # NaN compares false with everything, so it is never ahead of anything.
        scores[known.nonzero()] = np.nan
        hidden = task.hidden[users]
        aim = scores[np.arange(len(users)), hidden][:, None]
        tied_before = (scores == aim) & (np.arange(task.artists) < hidden[:, None])
        position[users] = (scores > aim).sum(axis=1) + tied_before.sum(axis=1)
        top[users] = _top_columns(scores, top.shape[1])
    return Rankings(position, top)


def _top_columns(scores: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    """The best columns of each row, -1 where a row has fewer that are not NaN."""
    bound = -np.partition(-scores, count - 1, axis=1)[:, count - 1]
    bound = np.where(np.isnan(bound), -np.inf, bound)
    rows, columns = np.nonzero(scores >= bound[:, None])
    order = np.lexsort((columns, -scores[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    starts = np.searchsorted(rows, np.arange(len(scores)))
    place = np.arange(len(rows)) - starts[rows]
    kept = place < count
    top = np.full((len(scores), count), -1, np.int64)
    top[rows[kept], place[kept]] = columns[kept]
    return top


def measure(
    rankings: Rankings, artists: int, bootstraps: int, seed: int
) -> list[Metric]:
    """HR@10, NDCG@10, HR@50 and the coverage of the catalogue by the top tens.

    With one hidden artist, HR is the share of users who have it among the top and
    NDCG is 1/log2(position + 2) there. A resample of users holds fewer different
    users, so it covers less: the bounds of coverage are moved to centre on the
    value, those of the means stay as they come.
    """
    position = rankings.position
    discount = np.where(position < TOP, 1 / np.log2(position + 2.0), 0.0)
    per_user = {
        "hr_at_10": (position < TOP).astype(np.float64),
        "ndcg_at_10": discount,
        "hr_at_50": (position < _WIDER_TOP).astype(np.float64),
    }
    users = len(position)
    if not users:
        return [Metric(name, 0.0, 0.0, 0.0) for name in [*per_user, "coverage"]]
    values = np.column_stack(list(per_user.values()))
    draw = np.random.default_rng(seed)
    means = np.empty((bootstraps, len(per_user)))
    covered = np.empty(bootstraps)
    for number in range(bootstraps):
        drawn = draw.integers(0, users, users)
        means[number] = values[drawn].mean(axis=0)
        covered[number] = _coverage(rankings.top[drawn], artists)
    found = [
        Metric(name, float(values[:, place].mean()), *_bounds(means[:, place]))
        for place, name in enumerate(per_user)
    ]
    coverage = _coverage(rankings.top, artists)
    low, high = _bounds(covered - covered.mean() + coverage)
    return [*found, Metric("coverage", coverage, low, min(high, 1.0))]


def _coverage(top: NDArray[np.int64], artists: int) -> float:
    seen = np.zeros(artists + 1, bool)
    seen[top.ravel()] = True
    return float(seen[:artists].sum() / max(artists, 1))


def _bounds(draws: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)
