"""How many clusters of taste there are, and whether they would be found again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from music_warehouse.learning.determinism import one_thread

_SILHOUETTE_SAMPLE = 3_000
_SEED_LIMIT = 2**31


@dataclass(frozen=True)
class ClusterParameters:
    """Numbers of clusters tried, on which artists, and what counts as stable."""

    candidates: tuple[int, ...] = (5, 8, 12, 16, 20, 25, 30, 40)
    min_listeners: int = 10
    most_artists: int = 6_000
    bootstraps: int = 10
    starts: int = 5
    stable_ari: float = 0.8
    seed: int = 20111027


@dataclass(frozen=True)
class ClusterChoice:
    """The centres as unit vectors, and how good and how stable they are.

    `cluster_stability` is the median, over bootstraps, of the Jaccard overlap of the
    cluster with the one most like it (Hennig, 2007).
    """

    centers: NDArray[np.float64]
    silhouette: float
    median_ari: float
    cluster_stability: NDArray[np.float64]
    is_stable: bool


def choose_clusters(
    units: NDArray[np.float64], parameters: ClusterParameters
) -> ClusterChoice:
    """K-means for every candidate number, and the best of them.

    Each is fitted again to bootstrap samples of the artists; the adjusted Rand
    index compares the two partitions of all fitted artists. Of the numbers with a
    median index of `stable_ari` or more, the one with the highest silhouette is
    chosen; with none, the one with the highest median, and `is_stable` is false.
    Artists beyond `most_artists` are placed but not fitted.
    """
    draw = np.random.default_rng(parameters.seed)
    if len(units) > parameters.most_artists:
        units = units[
            np.sort(draw.choice(len(units), parameters.most_artists, replace=False))
        ]
    different = len(np.unique(units, axis=0))
    candidates = [count for count in parameters.candidates if count < different]
    if not candidates:
        center = units.sum(axis=0, keepdims=True)
        one = center / max(float(np.linalg.norm(center)), 1e-12)
        return ClusterChoice(one, 0.0, 0.0, np.zeros(1), False)
    with one_thread():
        divisions = [_divided(units, count, parameters) for count in candidates]
        # From the best silhouette down: the first that is stable is the choice, and
        # the bootstraps of the others, most of the work, are never drawn.
        divisions.sort(key=lambda division: -division.silhouette)
        choices = []
        for division in divisions:
            choices.append(_judged(units, division, parameters))
            if choices[-1].is_stable:
                return choices[-1]
    return max(choices, key=lambda choice: choice.median_ari)


@dataclass(frozen=True)
class _Division:
    centers: NDArray[np.float64]
    labels: NDArray[np.int32]
    silhouette: float


def _divided(
    units: NDArray[np.float64], count: int, parameters: ClusterParameters
) -> _Division:
    draw = np.random.default_rng([parameters.seed, count, 0])
    model = _k_means(units, count, parameters.starts, draw)
    silhouette = _silhouette(units, model.labels_, draw)
    return _Division(model.cluster_centers_, model.labels_, silhouette)


def _judged(
    units: NDArray[np.float64], division: _Division, parameters: ClusterParameters
) -> ClusterChoice:
    count = len(division.centers)
    draw = np.random.default_rng([parameters.seed, count, 1])
    indices = np.empty(parameters.bootstraps)
    overlaps = np.empty((parameters.bootstraps, count))
    for number in range(parameters.bootstraps):
        drawn = units[draw.integers(0, len(units), len(units))]
        again = _k_means(drawn, count, parameters.starts, draw).predict(units)
        indices[number] = adjusted_rand_score(division.labels, again)
        overlaps[number] = _best_overlaps(division.labels, again, count)
    median = float(np.median(indices))
    lengths = np.maximum(np.linalg.norm(division.centers, axis=1), 1e-12)
    return ClusterChoice(
        centers=division.centers / lengths[:, None],
        silhouette=division.silhouette,
        median_ari=median,
        cluster_stability=np.median(overlaps, axis=0),
        is_stable=median >= parameters.stable_ari,
    )


def _k_means(
    units: NDArray[np.float64],
    count: int,
    starts: int,
    draw: np.random.Generator,
) -> KMeans:
    seed = int(draw.integers(_SEED_LIMIT))
    return KMeans(count, n_init=starts, random_state=seed).fit(units)


def _silhouette(
    units: NDArray[np.float64], labels: NDArray[np.int32], draw: np.random.Generator
) -> float:
    size = min(_SILHOUETTE_SAMPLE, len(units))
    sample = draw.choice(len(units), size, replace=False)
    found = len(np.unique(labels[sample]))
    if not 1 < found < size:
        return 0.0
    return float(silhouette_score(units[sample], labels[sample], metric="cosine"))


def _best_overlaps(
    labels: NDArray[np.int32], again: NDArray[np.int32], count: int
) -> NDArray[np.float64]:
    both = np.bincount(labels * count + again, minlength=count * count)
    both = both.reshape(count, count)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    return np.asarray((both / np.maximum(either, 1)).max(axis=1))
