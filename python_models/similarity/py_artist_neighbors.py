"""For every artist the artists nearest to it."""

from music_warehouse.learning.interactions import read_interactions
from music_warehouse.learning.nearby_cells import CellParameters
from music_warehouse.learning.neighbors import NeighborParameters, artist_neighbors


def model(dbt, session):
    wanted = NeighborParameters(
        count=dbt.config.meta_get("count"),
        min_evidence=dbt.config.meta_get("min_listeners"),
    )
    cells = CellParameters(
        exact_up_to=dbt.config.meta_get("exact_up_to"),
        searched_share=dbt.config.meta_get("searched_share"),
        seed=dbt.config.meta_get("seed"),
    )
    artists = dbt.ref("py_artist_embeddings").to_arrow_table()
    plays = read_interactions(dbt.ref("int_user_artist_plays"))
    return artist_neighbors(plays, artists, wanted, cells)
