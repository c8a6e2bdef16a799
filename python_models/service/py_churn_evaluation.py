"""How well it is known who leaves, on a date that nothing was learned from."""

from music_warehouse.learning.churn.evaluation import churn_evaluation
from music_warehouse.learning.churn.model import ChurnParameters


def model(dbt, session):
    parameters = ChurnParameters(
        min_users=dbt.config.meta_get("min_users"),
        min_outcomes=dbt.config.meta_get("min_outcomes"),
        seed=dbt.config.meta_get("seed"),
    )
    return churn_evaluation(dbt.ref("int_churn_features").to_arrow_table(), parameters)
