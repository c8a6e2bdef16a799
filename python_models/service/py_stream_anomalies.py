"""Users by how little their plays look like listening."""

from music_warehouse.learning.anomalies.score import stream_anomalies


def model(dbt, session):
    return stream_anomalies(dbt.ref("int_stream_evidence").to_arrow_table())
