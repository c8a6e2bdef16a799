"""Users by the taste they are nearest to."""

from music_warehouse.learning.interactions import read_interactions
from music_warehouse.learning.taste_clusters import user_taste_clusters


def model(dbt, session):
    artists = dbt.ref("py_artist_embeddings").to_arrow_table()
    users = dbt.ref("py_user_embeddings").to_arrow_table()
    clusters = dbt.ref("py_artist_taste_clusters").to_arrow_table()
    plays = read_interactions(dbt.ref("int_user_artist_plays"))
    return user_taste_clusters(plays, artists, users, clusters)
