"""The tables `artist_embeddings` and `user_embeddings`."""

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from music_warehouse.errors import UserError
from music_warehouse.learning.artist_vectors import ArtistVectors
from music_warehouse.learning.interactions import Interactions
from music_warehouse.learning.svd import SvdParameters, svd_vectors
from music_warehouse.learning.taste import taste_vectors
from music_warehouse.learning.unit_vectors import (
    rows_of_keys,
    table_vectors,
    vector_table,
)
from music_warehouse.learning.word2vec import Word2VecParameters, word2vec_vectors

EmbeddingParameters = SvdParameters | Word2VecParameters


def embedding_parameters(
    method: str, dimensions: int, seed: int
) -> EmbeddingParameters:
    """The parameters of a method by its name, `svd` or `word2vec`."""
    if method == "svd":
        return SvdParameters(dimensions=dimensions, seed=seed)
    if method == "word2vec":
        return Word2VecParameters(dimensions=dimensions, seed=seed)
    raise UserError(f"The embedding method is `svd` or `word2vec`, not `{method}`.")


def artist_vectors(
    playcounts: sp.csr_matrix, parameters: EmbeddingParameters
) -> ArtistVectors:
    """Artists by the method that the parameters belong to."""
    if isinstance(parameters, SvdParameters):
        return svd_vectors(playcounts, parameters)
    return word2vec_vectors(playcounts, parameters)


def artist_embeddings(
    interactions: Interactions, parameters: EmbeddingParameters
) -> pa.Table:
    """One row per artist: artist_key, dim_01 … dim_50, listeners, taste_weight and
    score_weight (see `ArtistVectors`), ordered by key."""
    artists = artist_vectors(interactions.playcounts, parameters)
    further = {
        "listeners": pa.array(interactions.artist_listeners()),
        "taste_weight": pa.array(np.round(artists.taste_weight, 6)),
        "score_weight": pa.array(np.round(artists.score_weight, 6)),
    }
    return vector_table("artist_key", interactions.artist_keys, artists.units, further)


def user_embeddings(
    interactions: Interactions, artists: pa.Table, parameters: EmbeddingParameters
) -> pa.Table:
    """One row per user: user_key, dim_01 … dim_50 and the number of artists they are
    made of, ordered by key. `artists` is what `artist_embeddings` returned."""
    users = taste_vectors(
        interactions.playcounts,
        published_vectors(interactions, artists),
        parameters.playcount_slope,
    )
    further = {"artists": pa.array(interactions.user_artists())}
    return vector_table("user_key", interactions.user_keys, users, further)


def published_vectors(interactions: Interactions, artists: pa.Table) -> ArtistVectors:
    """The vectors of a table of artist embeddings in the order of the codes."""
    rows = rows_of_keys(artists, "artist_key", interactions.artist_keys)
    return ArtistVectors(
        units=table_vectors(artists)[rows],
        taste_weight=artists["taste_weight"].to_numpy()[rows],
        score_weight=artists["score_weight"].to_numpy()[rows],
    )
