"""Artists as vectors of taste."""

from music_warehouse.learning.embeddings import artist_embeddings, embedding_parameters
from music_warehouse.learning.interactions import read_interactions


def model(dbt, session):
    parameters = embedding_parameters(
        method=dbt.config.meta_get("method"),
        dimensions=dbt.config.meta_get("dimensions"),
        seed=dbt.config.meta_get("seed"),
    )
    plays = read_interactions(dbt.ref("int_user_artist_plays"))
    return artist_embeddings(plays, parameters)
