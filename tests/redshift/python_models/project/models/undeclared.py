import pandas as pd


def model(dbt, session):
    rows = dbt.ref("typed_rows")
    twice = rows.union(dbt.ref("typed_rows"))
    counted = twice.aggregate("count(distinct id)")
    return pd.DataFrame(
        {
            "Flag": [True, False],
            "counted": counted.fetchall()[0][0],
            "text": ["𝄞" * 200, None],
            "kind": pd.Categorical(["a", "b"]),
            "ratio": [0.5, float("nan")],
            "at": pd.to_datetime(["2024-01-01T00:00:00Z", None]),
        }
    )
