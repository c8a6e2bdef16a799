"""Artists divided into tastes."""

from music_warehouse.learning.cluster_choice import ClusterParameters
from music_warehouse.learning.interactions import read_artist_plays
from music_warehouse.learning.taste_clusters import artist_taste_clusters


def model(dbt, session):
    parameters = ClusterParameters(
        stable_ari=dbt.config.meta_get("min_ari"),
        seed=dbt.config.meta_get("seed"),
    )
    artists = dbt.ref("py_artist_embeddings").to_arrow_table()
    plays = read_artist_plays(dbt.ref("int_user_artist_plays"))
    return artist_taste_clusters(artists, plays, parameters)
