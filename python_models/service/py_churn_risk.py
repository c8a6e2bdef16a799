"""Users who may leave, with the probability that they do."""

from music_warehouse.learning.churn.model import ChurnParameters
from music_warehouse.learning.churn.risk import churn_risk


def model(dbt, session):
    parameters = ChurnParameters(
        min_users=dbt.config.meta_get("min_users"),
        min_outcomes=dbt.config.meta_get("min_outcomes"),
        seed=dbt.config.meta_get("seed"),
    )
    return churn_risk(dbt.ref("int_churn_features").to_arrow_table(), parameters)
