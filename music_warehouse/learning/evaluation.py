"""The table `embedding_evaluation`: the shipped embedding and its rivals."""

from collections.abc import Callable, Mapping

import pyarrow as pa

from music_warehouse.learning.baselines import (
    Scorer,
    ease,
    embedding,
    item_cosine,
    popularity,
    popularity_in_country,
)
from music_warehouse.learning.embeddings import EmbeddingParameters, artist_vectors
from music_warehouse.learning.held_out import (
    EvaluationParameters,
    HeldOut,
    hold_out,
)
from music_warehouse.learning.interactions import Interactions
from music_warehouse.learning.metrics import measure, rank_hidden

# Chosen on the same validation splits as the embedding's own parameters.
EASE_RIDGE = 800.0
EASE_PLAYCOUNT_SLOPE = 1.0

Method = Callable[[HeldOut], Scorer]

_SCHEMA = pa.schema(
    [
        ("method", pa.string()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("value_lo", pa.float64()),
        ("value_hi", pa.float64()),
        ("users", pa.int64()),
        ("artists", pa.int64()),
        ("seed", pa.int64()),
    ]
)


def baselines(parameters: EvaluationParameters) -> dict[str, Method]:
    """The rivals by name."""
    return {
        "popularity": lambda task: popularity(task.playcounts),
        "popularity_in_country": lambda task: popularity_in_country(
            task.playcounts, task.country
        ),
        "item_cosine": lambda task: item_cosine(task.playcounts),
        "ease": lambda task: ease(
            task.playcounts,
            parameters.ease_artists,
            EASE_RIDGE,
            EASE_PLAYCOUNT_SLOPE,
        ),
    }


def embedding_method(shipped: EmbeddingParameters) -> Method:
    """An embedding with its parameters, fitted afresh without the hidden artists."""

    def fitted(task: HeldOut) -> Scorer:
        vectors = artist_vectors(task.playcounts, shipped)
        return embedding(task.playcounts, vectors, shipped.playcount_slope)

    return fitted


def embedding_evaluation(
    interactions: Interactions,
    embeddings: Mapping[str, EmbeddingParameters],
    parameters: EvaluationParameters | None = None,
    validation: int = 0,
) -> pa.Table:
    """One row per method × metric, for each of `embeddings` by its name and for
    every baseline: value, bounds, users, size of the catalogue, seed.

    Every method is fitted to the same playcounts, from which one artist of each
    user is hidden, and ranks the full catalogue. `validation` as in `hold_out`.
    """
    chosen = parameters or EvaluationParameters()
    task = hold_out(interactions, chosen, validation)
    methods = {name: embedding_method(own) for name, own in embeddings.items()}
    rows = []
    for name, method in (methods | baselines(chosen)).items():
        rankings = rank_hidden(task, method(task))
        for metric in measure(rankings, task.artists, chosen.bootstraps, chosen.seed):
            rows.append(
                {
                    "method": name,
                    "metric": metric.name,
                    "value": round(metric.value, 6),
                    "value_lo": round(metric.low, 6),
                    "value_hi": round(metric.high, 6),
                    "users": task.users,
                    "artists": task.artists,
                    "seed": chosen.seed,
                }
            )
    return pa.Table.from_pylist(rows, schema=_SCHEMA)
