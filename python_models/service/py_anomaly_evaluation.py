"""How many confirmed attacks are found, and who is found besides."""

from music_warehouse.learning.anomalies.evaluation import anomaly_evaluation


def model(dbt, session):
    anomalies = dbt.ref("py_stream_anomalies").to_arrow_table()
    labels = dbt.ref("int_fraud_labels").to_arrow_table()
    return anomaly_evaluation(anomalies, labels, dbt.config.meta_get("seed"))
