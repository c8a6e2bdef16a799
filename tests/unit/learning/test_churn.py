"""Leaving in a world where it is known what drives it: silence, and skipping."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from music_warehouse.errors import UserError
from music_warehouse.learning.churn.bands import risk_band
from music_warehouse.learning.churn.dates import TimeSplit, time_split
from music_warehouse.learning.churn.evaluation import churn_evaluation
from music_warehouse.learning.churn.features import FEATURES, user_dates
from music_warehouse.learning.churn.model import ChurnParameters, fit_churn
from music_warehouse.learning.churn.risk import churn_risk

USERS, DATES = 900, 5
LATEST = date(2026, 7, 1)
QUICK = ChurnParameters(bootstraps=200)


def world(
    seed: int = 3,
    users: int = USERS,
    dates: int = DATES,
    base: float = -4.0,
    skipping: float = 3.0,
) -> pa.Table:
    """Users at dates 28 days apart, of the last of which nobody knows the outcome.

    Log-odds of leaving: `base` + 0.15 a day of silence + `skipping` × share of skips.
    """
    draw = np.random.default_rng(seed)
    count = users * dates
    since = draw.integers(1, 29, count)
    plays = draw.integers(1, 80, count)
    skips = draw.binomial(plays, draw.beta(2, 5, count))
    odds = base + 0.15 * since + skipping * skips / plays
    churned = draw.random(count) < 1 / (1 + np.exp(-odds))
    step = np.repeat(np.arange(dates), users)
    days = [LATEST - timedelta(days=28 * int(each)) for each in step]
    former = draw.integers(0, 80, count)
    return pa.table(
        {
            "user_key": np.tile(np.arange(users) * 7 + 1, dates),
            "as_of_date": pa.array(days, pa.date32()),
            "has_churned": pa.array(churned, pa.bool_(), mask=step == 0),
            "is_flagged_by_rule": (plays < 5) | (2 * skips > plays),
            "active_days": np.minimum(plays, 28),
            "plays": plays,
            "skips": skips,
            "skip_known_plays": plays,
            "completes": plays - skips,
            "completion_known_plays": plays,
            "listened_ms": plays * 180_000,
            "sessions": np.minimum(plays, 28),
            "former_active_days": np.minimum(former, 28),
            "former_plays": former,
            "former_skips": former // 3,
            "former_skip_known_plays": former,
            "week_active_days": np.where(since <= 7, 2, 0),
            "days_since_play": since,
            "days_known": since + draw.integers(0, 500, count),
            "failed_payments": draw.integers(0, 2, count),
        }
    )


@pytest.fixture(scope="module")
def planted() -> pa.Table:
    return world()


def metric(
    evaluation: pa.Table,
    name: str,
    model: str = "churn_model",
    split: str = "latest_date",
) -> dict:
    [row] = [
        row
        for row in evaluation.to_pylist()
        if (row["metric"], row["model"], row["split"]) == (name, model, split)
    ]
    return row


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    return table.take(np.random.default_rng(seed).permutation(table.num_rows))


def known_parts(table: pa.Table) -> TimeSplit:
    split = time_split(user_dates(table), QUICK)
    assert isinstance(split, TimeSplit)
    return split


def test_skill_in_a_planted_world_is_surely_above_zero(planted: pa.Table) -> None:
    skill = metric(churn_evaluation(planted, QUICK), "log_loss_skill")

    assert 0.05 < skill["value_lo"] < skill["value"] < skill["value_hi"] < 0.5
    assert skill["observations"] == USERS


def test_skill_is_gone_when_outcomes_belong_to_others(planted: pa.Table) -> None:
    """Outcomes change places within each date, so that its rate stays."""
    draw = np.random.default_rng(8)
    churned = np.array(planted["has_churned"].to_pylist(), object)
    for start in range(0, len(churned), USERS):
        churned[start : start + USERS] = draw.permutation(
            churned[start : start + USERS]
        )
    place = planted.column_names.index("has_churned")
    permuted = planted.set_column(
        place, "has_churned", pa.array(churned.tolist(), pa.bool_())
    )

    skill = metric(churn_evaluation(permuted, QUICK), "log_loss_skill")

    assert skill["value_lo"] < 0
    assert skill["value"] < 0.01


def test_outcomes_of_the_judged_date_are_never_learned_from(planted: pa.Table) -> None:
    """Turned around at that date, they leave the model as it was: it is now as wrong
    as it was right."""
    judged = pc.equal(planted["as_of_date"], pa.scalar(LATEST - timedelta(days=28)))
    turned = pc.if_else(
        judged, pc.invert(planted["has_churned"]), planted["has_churned"]
    )
    place = planted.column_names.index("has_churned")
    opposite = planted.set_column(place, "has_churned", turned)

    def probability(table: pa.Table) -> np.ndarray:
        split = known_parts(table)
        model = fit_churn(split.history, QUICK)
        return model.probability(split.test.features)

    assert np.array_equal(probability(planted), probability(opposite))
    evaluation = churn_evaluation(opposite, QUICK)
    assert metric(evaluation, "roc_auc")["value"] < 0.4


def test_dates_are_used_in_the_order_of_time(planted: pa.Table) -> None:
    split = known_parts(planted)

    assert set(split.history.date) == {0, 1, 2}
    assert set(split.test.date) == {3}


def test_probabilities_are_calibrated(planted: pa.Table) -> None:
    """In each band of risk, as many leave as were expected, within four standard
    errors: the dates are draws of one world."""
    split = known_parts(planted)
    model = fit_churn(split.history, QUICK)
    expected = model.probability(split.test.features)
    bands = risk_band(expected)
    for band in set(bands):
        inside = bands == band
        error = np.sqrt((expected[inside] * (1 - expected[inside])).sum())
        left = split.test.churned[inside].sum()
        assert abs(left - expected[inside].sum()) < 4 * error + 1


def test_the_same_rows_in_any_order_give_the_same_bytes(planted: pa.Table) -> None:
    other = shuffled(planted, 1)

    assert churn_risk(planted, QUICK).equals(churn_risk(other, QUICK))
    assert churn_evaluation(planted, QUICK).equals(churn_evaluation(other, QUICK))


def test_everybody_of_the_latest_date_has_a_risk_and_nobody_else(
    planted: pa.Table,
) -> None:
    risks = churn_risk(planted, QUICK)

    assert risks["user_key"].to_pylist() == [7 * n + 1 for n in range(USERS)]
    probability = risks["churn_probability"].to_numpy()
    assert np.all((probability > 0) & (probability < 1))
    assert risks["risk_band"].to_pylist() == risk_band(probability).tolist()


def test_reasons_are_what_drives_leaving_in_falling_order(planted: pa.Table) -> None:
    risks = churn_risk(planted, QUICK).to_pylist()
    riskiest = sorted(risks, key=lambda row: -row["churn_probability"])[:90]

    told = [row["reason_1"] for row in riskiest]
    assert told.count("long_silence") + told.count("skipping") > 80
    for row in risks:
        effects = [row[f"reason_{n}_log_odds"] for n in (1, 2, 3)]
        known = [effect for effect in effects if effect is not None]
        assert known == sorted(known, reverse=True)
        assert all(effect >= 0.05 for effect in known)
        names = [row[f"reason_{n}"] for n in (1, 2, 3)]
        assert [name is None for name in names] == [each is None for each in effects]
        assert names == [None] * 3 or row["risk_band"] > 1
    assert {row["risk_band"] for row in risks} > {1, 2}


def test_the_rule_and_the_model_are_judged_with_as_many_flags(
    planted: pa.Table,
) -> None:
    evaluation = churn_evaluation(planted, QUICK)

    rule = metric(evaluation, "precision", "churn_rule")
    model = metric(evaluation, "precision_at_flags_of_rule")
    assert rule["observations"] == model["observations"]
    assert model["value"] > rule["value"]


def test_silence_alone_is_beaten_where_skipping_drives_leaving_too(
    planted: pa.Table,
) -> None:
    evaluation = churn_evaluation(planted, QUICK)

    model = metric(evaluation, "log_loss_skill")
    silence = metric(evaluation, "log_loss_skill", "churn_silence_alone")
    above = metric(evaluation, "log_loss_skill_above_silence")
    assert above["value"] == pytest.approx(model["value"] - silence["value"], abs=2e-6)
    assert above["value_lo"] > 0
    assert silence["value_lo"] > 0
    flags = "precision_at_flags_of_rule"
    judged = metric(evaluation, flags, "churn_silence_alone")
    assert judged["observations"] == metric(evaluation, flags)["observations"]


def test_where_only_silence_tells_the_model_is_hardly_worse_than_silence() -> None:
    """Skipping and all else is noise, of which a model could learn too much."""
    evaluation = churn_evaluation(world(skipping=0.0), QUICK)

    above = metric(evaluation, "log_loss_skill_above_silence")
    assert -0.02 < above["value"] < 0.02


def test_the_active_are_judged_by_themselves(planted: pa.Table) -> None:
    evaluation = churn_evaluation(planted, QUICK)
    judged = known_parts(planted).test
    silence = judged.features[:, FEATURES.index("days_since_play")]

    recent = "latest_date_active_7_days"
    skill = metric(evaluation, "log_loss_skill", split=recent)
    assert skill["observations"] == int((silence <= 7).sum())
    assert skill["value"] < metric(evaluation, "log_loss_skill")["value"]


def test_more_silence_never_makes_staying_likelier(planted: pa.Table) -> None:
    model = fit_churn(known_parts(planted).history, QUICK)
    one = known_parts(planted).test.features[:1]
    later = np.repeat(one, 28, axis=0)
    later[:, FEATURES.index("days_since_play")] = np.arange(1, 29)

    assert np.all(np.diff(model.probability(later)) >= 0)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (world(dates=3), "too few dates with known outcomes: 2 of 3 needed"),
        (world(users=199), "too few users to learn from: 199 of 200 needed"),
        (world(base=-12.0), "too few users who left or stayed to learn from"),
    ],
)
def test_too_little_gives_a_reason_and_no_probability(
    table: pa.Table, reason: str
) -> None:
    [row] = churn_evaluation(table, QUICK).to_pylist()

    assert (row["metric"], row["value"]) == ("log_loss_skill", None)
    assert row["reason"].startswith(reason)
    assert churn_risk(table, QUICK).num_rows == 0


def test_nobody_at_all_is_no_error() -> None:
    nobody = world().slice(0, 0)

    assert churn_risk(nobody, QUICK).num_rows == 0
    [row] = churn_evaluation(nobody, QUICK).to_pylist()
    assert row["reason"].startswith("too few dates with known outcomes: 0 of 3 needed")


def test_what_is_not_known_is_no_zero() -> None:
    table = world(users=1, dates=1)
    for column in ("skip_known_plays", "skips", "former_skip_known_plays"):
        place = table.column_names.index(column)
        table = table.set_column(place, column, pa.array([0], pa.int64()))

    [features] = user_dates(table).features

    named = dict(zip(FEATURES, features, strict=True))
    assert np.isnan(named["skip_share"]) and np.isnan(named["skip_share_trend"])
    assert not np.isnan(named["complete_share"])


def test_a_missing_column_is_told_in_a_sentence(planted: pa.Table) -> None:
    with pytest.raises(UserError, match="Churn needs the column plays, which is"):
        churn_risk(planted.drop_columns("plays"), QUICK)


def test_a_band_begins_where_the_one_before_ends() -> None:
    at = np.array([0.0499999, 0.05, 0.15, 0.2999, 0.3, 0.5, 0.99])

    assert risk_band(at).tolist() == [1, 2, 3, 3, 4, 5, 5]
