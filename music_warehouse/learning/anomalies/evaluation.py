"""How many of the confirmed attacks are found, and who is found besides."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from music_warehouse.learning.model_metrics import Metric, metrics_table, proportion

HONEST = "honest"
SPLIT = "labelled_users"
_MODELS = {
    "plays_above_mean_and_3_sd": "is_above_mean_and_3_sd",
    "evidence_rules": "breaks_a_rule",
    "anomaly_score": "is_anomalous",
}


def anomaly_evaluation(anomalies: pa.Table, labels: pa.Table, seed: int) -> pa.Table:
    """One row per way to flag and metric, with Wilson bounds.

    `recall_<attack>` is the share of its confirmed users who are flagged;
    `precision_<attack>` the share of that attack among the flagged who belong to no
    other one. A user whom nobody looked into counts as no attacker, which makes
    precision a lower bound. `false_positive_rate_honest` is the share flagged of those
    whom somebody looked into and found honest. Where nobody is labelled each way to
    flag has one row, without a value and with the reason.
    """
    label_of = dict(
        zip(labels["user_key"].to_pylist(), labels["label"].to_pylist(), strict=True)
    )
    users = anomalies["user_key"].to_pylist()
    label = np.array([label_of.get(user) or "" for user in users], dtype=object)
    anomalies = anomalies.append_column(
        "breaks_a_rule", pc.greater(anomalies["rules_broken"], 0)
    )
    metrics: list[Metric] = []
    for model, column in _MODELS.items():
        flagged = np.array(anomalies[column].to_pylist(), bool)
        metrics += _measured(model, flagged, label, seed)
    return metrics_table(metrics)


def _measured(
    model: str, flagged: NDArray[np.bool_], label: NDArray[np.object_], seed: int
) -> list[Metric]:
    attacks = sorted(set(label) - {"", HONEST})
    if not attacks:
        return [
            Metric(
                *(model, "precision", SPLIT, None, None, None, 0, seed),
                reason="no user with a confirmed attack",
            )
        ]

    def share(metric: str, part: NDArray[np.bool_], of: NDArray[np.bool_]) -> Metric:
        return proportion(
            *(model, metric, SPLIT, int((part & of).sum()), int(of.sum()), seed)
        )

    is_attack = np.isin(label, attacks)
    metrics = [
        share("flagged_share", flagged, np.ones(len(flagged), bool)),
        share("precision", is_attack, flagged),
        share("recall", flagged, is_attack),
    ]
    for attack in attacks:
        of_it = label == attack
        metrics += [
            share(f"precision_{attack}", of_it, flagged & (of_it | ~is_attack)),
            share(f"recall_{attack}", flagged, of_it),
        ]
    return [*metrics, share("false_positive_rate_honest", flagged, label == HONEST)]
