import pyarrow as pa


def model(dbt, session):
    repeats = 5 if dbt.config.meta_get("broken") else 1
    return pa.table({"id": [1], "name": ["𝄞" * repeats]})
