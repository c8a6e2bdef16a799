import pyarrow as pa


def model(dbt, session):
    broken = dbt.config.meta_get("broken")
    return pa.table({"other": [1]} if broken else {"id": [1]})
