"""The embedding and its rivals, on artists hidden from all of them."""

from music_warehouse.learning.embeddings import embedding_parameters
from music_warehouse.learning.evaluation import embedding_evaluation
from music_warehouse.learning.held_out import EvaluationParameters
from music_warehouse.learning.interactions import draw_users, read_interactions


def model(dbt, session):
    method = dbt.config.meta_get("method")
    seed = dbt.config.meta_get("seed")
    shipped = embedding_parameters(method, dbt.config.meta_get("dimensions"), seed)
    parameters = EvaluationParameters(
        most_users=dbt.config.meta_get("most_users"),
        ease_artists=dbt.config.meta_get("ease_artists"),
        seed=seed,
    )
    drawn = draw_users(dbt.ref("int_located_plays"), parameters.most_users, seed)
    plays = read_interactions(drawn)
    return embedding_evaluation(plays, {method: shipped}, parameters)
