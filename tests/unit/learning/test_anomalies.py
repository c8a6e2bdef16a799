"""Accounts that play as nobody listens, beside those who just listen a lot."""

import numpy as np
import pyarrow as pa
import pytest

from music_warehouse.errors import UserError
from music_warehouse.learning.anomalies.evaluation import anomaly_evaluation
from music_warehouse.learning.anomalies.evidence import RULES, VOLUME_WEIGHT
from music_warehouse.learning.anomalies.score import SUSPICIOUS, stream_anomalies

ORDINARY = {
    "plays": 100,
    "most_plays_of_a_track": 2,
    "most_hours": 1.0,
    "threshold_share_lo": 0.02,
    "effective_hours": 4.0,
    "overlap_share": 0.0,
    "lockstep_plays": 0,
    "lockstep_plays_by_chance": None,
}


def evidence(*users: dict[str, float | None]) -> pa.Table:
    """Users 1, 2, … who differ from an ordinary one as given."""
    rows = [
        {"user_key": number, **ORDINARY, **user}
        for number, user in enumerate(users, start=1)
    ]
    schema = pa.schema(
        [
            (name, pa.float64() if isinstance(value, float | None) else pa.int64())
            for name, value in {"user_key": 1, **ORDINARY}.items()
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def scored(*users: dict[str, float | None]) -> list[dict]:
    return stream_anomalies(evidence(*users)).to_pylist()


@pytest.mark.parametrize(
    ("column", "limit", "rule"),
    [
        ("most_plays_of_a_track", 10, "looped_track"),
        ("most_hours", 20.0, "sleepless"),
        ("threshold_share_lo", 0.30, "ends_when_paid"),
        ("effective_hours", 16.0, "flat_day"),
        ("overlap_share", 0.02, "overlap"),
    ],
)
def test_a_rule_is_broken_above_its_limit_and_not_at_it(
    column: str, limit: float, rule: str
) -> None:
    above = limit + 1 if isinstance(limit, int) else limit + 1e-6

    at, past = scored({column: limit}, {column: above})

    assert (at[f"breaks_{rule}"], at["rules_broken"]) == (False, 0)
    assert (past[f"breaks_{rule}"], past["rules_broken"]) == (True, 1)


def test_an_ordinary_user_shows_nothing() -> None:
    for row in scored({}, {"effective_hours": None, "overlap_share": None}):
        assert row["anomaly_score"] == 0
        assert row["reason_1"] is None
        assert not row["is_anomalous"]


def test_full_evidence_of_one_kind_gives_its_weight() -> None:
    full = [{rule.column: rule.full_at + 1} for rule in RULES.values()]
    rows = scored(*[user for user in full if "lockstep_surprise" not in user])

    weights = [rule.weight for name, rule in RULES.items() if name != "lockstep"]
    assert [row["anomaly_score"] for row in rows] == weights
    assert [row["reason_1"] for row in rows] == list(RULES)[:-1]
    assert [row["reason_2"] for row in rows] == [None] * len(rows)
    assert all(row["is_anomalous"] for row in rows)


def test_evidence_of_several_kinds_adds_up_and_is_named_by_its_share() -> None:
    [row] = scored({"overlap_share": 0.05, "effective_hours": 20.0, "most_hours": 22.0})

    assert row["anomaly_score"] == pytest.approx(1 - 0.3 * 0.2 * 0.4)
    reasons = [row[f"reason_{number}"] for number in (1, 2, 3)]
    assert reasons == ["flat_day", "overlap", "sleepless"]


def test_many_plays_are_above_three_standard_deviations_and_no_verdict() -> None:
    *_, fan = scored(*[{}] * 50, {"plays": 5_000, "most_plays_of_a_track": 20})

    assert fan["is_above_mean_and_3_sd"]
    looped = 0.5 * (20 - 5) / (40 - 5)
    expected = 1 - (1 - VOLUME_WEIGHT) * (1 - looped)
    assert fan["anomaly_score"] == pytest.approx(expected, abs=1e-6)
    assert fan["anomaly_score"] < SUSPICIOUS


def test_exactly_three_standard_deviations_are_not_above() -> None:
    """Nine users of 0 and one of 10 plays: mean 1, standard deviation 3."""
    rows = scored(*[{"plays": 0}] * 9, {"plays": 10})

    assert [row["is_above_mean_and_3_sd"] for row in rows] == [False] * 10


def test_lockstep_is_a_matter_of_chance_not_of_number() -> None:
    """The same 20 meetings: out of the question for one who plays little, to be
    expected of two who play day and night."""
    rare, common, none = scored(
        {"lockstep_plays": 20, "lockstep_plays_by_chance": 0.02},
        {"lockstep_plays": 20, "lockstep_plays_by_chance": 1.0},
        {},
    )

    assert rare["breaks_lockstep"] and rare["reason_1"] == "lockstep"
    assert rare["anomaly_score"] == 0.9
    assert not common["breaks_lockstep"] and common["lockstep_surprise"] == 0
    assert none["lockstep_surprise"] == 0


def test_among_more_users_the_same_meetings_surprise_less() -> None:
    meeting = {"lockstep_plays": 5, "lockstep_plays_by_chance": 0.01}

    few = scored(meeting, *[{}] * 9)[0]["lockstep_surprise"]
    many = scored(meeting, *[{}] * 999)[0]["lockstep_surprise"]

    assert few - many == pytest.approx(2.0, abs=1e-5)


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    draw = np.random.default_rng(4)
    table = evidence(
        *[
            {
                "plays": int(draw.integers(1, 4_000)),
                "most_plays_of_a_track": int(draw.integers(1, 60)),
                "overlap_share": float(draw.random() / 10),
                "effective_hours": float(draw.uniform(1, 24)),
            }
            for _ in range(300)
        ]
    )

    assert stream_anomalies(table).equals(
        stream_anomalies(table.take(draw.permutation(300)))
    )


def test_nobody_at_all_is_no_error() -> None:
    table = stream_anomalies(evidence())

    assert table.num_rows == 0
    assert "reason_3" in table.column_names


def test_a_missing_column_is_told_in_a_sentence() -> None:
    with pytest.raises(UserError, match="Anomalies need the column most_hours"):
        stream_anomalies(evidence({}).drop_columns("most_hours"))


def labels(**users: list[int]) -> pa.Table:
    pairs = [(user, label) for label, members in users.items() for user in members]
    return pa.table(
        {
            "user_key": pa.array([user for user, _ in pairs], pa.int64()),
            "label": pa.array([label for _, label in pairs], pa.string()),
        }
    )


def test_precision_and_recall_are_those_of_each_attack() -> None:
    """Users 1 to 4 share an account, one of them unseen; 5 and 6 loop a track; 7 is
    honest and seen, 8 honest and not; 9 is seen and nobody looked into; 10 and 11 are
    ordinary. User 99 has no plays."""
    overlap, loop = {"overlap_share": 0.05}, {"threshold_share_lo": 1.0}
    anomalies = stream_anomalies(
        evidence(*[overlap] * 3, {}, *[loop] * 2, overlap, {}, loop, {}, {})
    )
    told = labels(
        account_sharing=[1, 2, 3, 4], looped_track=[5, 6], honest=[7, 8], bot_farm=[99]
    )

    rows = anomaly_evaluation(anomalies, told, seed=5).to_pylist()

    share = {
        row["metric"]: (row["value"], row["observations"])
        for row in rows
        if row["model"] == "anomaly_score"
    }
    assert share == {
        "flagged_share": (round(7 / 11, 6), 11),
        "precision": (round(5 / 7, 6), 7),
        "recall": (round(5 / 6, 6), 6),
        "precision_account_sharing": (0.6, 5),
        "recall_account_sharing": (0.75, 4),
        "precision_looped_track": (0.5, 4),
        "recall_looped_track": (1.0, 2),
        "false_positive_rate_honest": (0.5, 2),
    }
    assert {row["seed"] for row in rows} == {5}
    assert {row["model"] for row in rows} == {
        "plays_above_mean_and_3_sd",
        "evidence_rules",
        "anomaly_score",
    }


def test_without_labels_there_is_a_reason_and_no_value() -> None:
    rows = anomaly_evaluation(stream_anomalies(evidence({})), labels(), 5).to_pylist()

    assert len(rows) == 3
    for row in rows:
        assert (row["metric"], row["value"]) == ("precision", None)
        assert row["reason"] == "no user with a confirmed attack"
