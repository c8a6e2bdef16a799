def model(dbt, session):
    return dbt.ref("typed_rows").to_arrow_table()
