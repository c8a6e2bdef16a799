def model(dbt, session):
    return dbt.ref("typed_rows")
