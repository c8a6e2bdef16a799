def model(dbt, session):
    return dbt.ref("million_rows")
