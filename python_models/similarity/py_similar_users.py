"""For every user the users of the most similar taste."""

from music_warehouse.learning.nearby_cells import CellParameters
from music_warehouse.learning.neighbors import NeighborParameters, similar_users


def model(dbt, session):
    wanted = NeighborParameters(
        count=dbt.config.meta_get("count"),
        min_evidence=dbt.config.meta_get("min_artists"),
    )
    cells = CellParameters(
        exact_up_to=dbt.config.meta_get("exact_up_to"),
        searched_share=dbt.config.meta_get("searched_share"),
        seed=dbt.config.meta_get("seed"),
    )
    users = dbt.ref("py_user_embeddings").to_arrow_table()
    return similar_users(users, wanted, cells)
