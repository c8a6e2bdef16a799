def model(dbt, session):
    dbt.config(dist="id", sort=["id", "day"])
    return dbt.ref("typed_rows").project("id, day")
