"""The table `stream_anomalies`: rules, one score of all evidence, and reasons."""

import numpy as np
import pyarrow as pa

from music_warehouse.learning.anomalies.evidence import (
    RULES,
    VOLUME,
    VOLUME_WEIGHT,
    read_evidence,
)
from music_warehouse.learning.determinism import rounded

SUSPICIOUS = 0.5
REASONS = 3


def stream_anomalies(table: pa.Table) -> pa.Table:
    """One row per user: which rules are broken, the combined score, and up to three
    kinds of evidence that raise it most.

    The score is 1 - Π (1 - weight × strength): independent pieces of evidence add up,
    none counts for more than its weight, and it never passes 1. From 0.5 on, the
    account is anomalous.
    """
    evidence = read_evidence(table)
    parts = {VOLUME: VOLUME_WEIGHT * evidence.is_above_mean}
    broken = {}
    for name, rule in RULES.items():
        values = evidence.values[rule.column]
        parts[name] = rule.weight * rule.strength(values)
        broken[name] = rule.is_broken(values)
    shares = rounded(np.column_stack(list(parts.values())))
    score = rounded(1 - np.prod(1 - shares, axis=1))
    order = np.argsort(-shares, axis=1, kind="stable")[:, :REASONS]
    columns = {
        "user_key": pa.array(evidence.user_key),
        "is_above_mean_and_3_sd": pa.array(evidence.is_above_mean),
        **{f"breaks_{name}": pa.array(broken[name]) for name in RULES},
        "rules_broken": pa.array(
            np.sum(list(broken.values()), axis=0).astype(np.int64)
        ),
        "lockstep_surprise": pa.array(rounded(evidence.values["lockstep_surprise"])),
        "anomaly_score": pa.array(score),
        "is_anomalous": pa.array(score >= SUSPICIOUS),
    }
    for place in range(REASONS):
        names = np.array(list(parts))[order[:, place]]
        silent = np.take_along_axis(shares, order, axis=1)[:, place] <= 0
        columns[f"reason_{place + 1}"] = pa.array(names, pa.string(), mask=silent)
    return pa.table(columns)
