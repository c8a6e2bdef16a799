"""Users as the weighted sum of their artists."""

from music_warehouse.learning.embeddings import embedding_parameters, user_embeddings
from music_warehouse.learning.interactions import read_interactions


def model(dbt, session):
    parameters = embedding_parameters(
        method=dbt.config.meta_get("method"),
        dimensions=dbt.config.meta_get("dimensions"),
        seed=dbt.config.meta_get("seed"),
    )
    artists = dbt.ref("py_artist_embeddings").to_arrow_table()
    plays = read_interactions(dbt.ref("int_user_artist_plays"))
    return user_embeddings(plays, artists, parameters)
