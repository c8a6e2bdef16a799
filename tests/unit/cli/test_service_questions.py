"""The summary of the service, from published marts."""

from datetime import date

import duckdb
import pytest

from music_warehouse.service_questions import service_summary

MARTS = """
    create table engagement_daily (
        activity_date date, dau bigint, wau bigint, mau bigint, stickiness double
    );
    create table dim_countries as
    select * from (values ('DE', 'Germany'), ('BR', 'Brazil'), ('NA', 'Namibia'))
        as t (country, country_name);
    create table revenue_by_country (
        month_start_date date, country varchar, is_complete boolean,
        revenue_usd decimal(18, 2), paying_users bigint
    );
    create table model_evaluations (
        model varchar, metric varchar, split varchar, value double,
        value_lo double, value_hi double, observations bigint, reason varchar
    );
"""


@pytest.fixture
def marts(data):
    """A published version without any rows, to be filled."""
    folder = data.published / "versions" / "000001-20240101T000000Z"
    folder.mkdir(parents=True)
    (data.published / "current").symlink_to(f"versions/{folder.name}")
    file = folder / "marts.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute(MARTS)
    return file


def filled(file, **rows):
    with duckdb.connect(str(file)) as database:
        for table, values in rows.items():
            for row in values:
                marks = ", ".join("?" * len(row))
                database.execute(f"insert into {table} values ({marks})", row)


def test_without_plays_there_is_a_sentence(data, marts):
    [answer] = service_summary(data, limit=5)

    assert answer.heading == "The streaming service has delivered no plays."
    assert answer.rows == []


def test_the_latest_day_and_the_latest_whole_month_are_told(data, marts):
    filled(
        marts,
        engagement_daily=[
            (date(2026, 6, 29), 1, 2, 3, 0.5),
            (date(2026, 6, 30), 4, 5, 8, 0.5),
        ],
        revenue_by_country=[
            (date(2026, 5, 1), "DE", True, "10.50", 6),
            (date(2026, 5, 1), "BR", True, "20.25", 7),
            (date(2026, 5, 1), "NA", True, None, None),
            (date(2026, 6, 1), "DE", False, "99.00", 9),
        ],
        model_evaluations=[
            ("churn_model", "log_loss_skill", "latest_date", *[None] * 3, 0, "too few")
        ],
    )

    activity, revenue, churn, anomalies = service_summary(data, limit=5)

    assert activity.heading == "Active users on 2026-06-30"
    assert activity.rows == [(4, 5, 8, 50.0)]
    assert revenue.heading == "Countries by revenue, May 2026"
    assert revenue.rows == [("Brazil", 20.25, 7), ("Germany", 10.5, 6)]
    assert churn.heading == "Nothing is said of who will leave: too few."
    assert anomalies.heading == "No confirmed attack to judge anomalies by."
    assert len(service_summary(data, limit=1)[1].rows) == 1


def test_skill_and_attacks_come_with_their_bounds(data, marts):
    model, latest = "churn_model", "latest_date"
    active = f"{latest}_active_7_days"
    filled(
        marts,
        engagement_daily=[(date(2026, 6, 30), 4, 5, 8, 0.5)],
        model_evaluations=[
            (model, "log_loss_skill", latest, 0.25, 0.125, 0.375, 900, None),
            (model, "log_loss_skill", active, 0.125, 0.0, 0.25, 600, None),
            ("churn_silence_alone", "log_loss_skill", latest, 0.5, 0.25, 1, 900, None),
            (model, "churn_rate", latest, 0.0625, 0.05, 0.075, 900, None),
            ("churn_rule", "precision", latest, None, None, None, 0, "no flags"),
            *(
                (who, metric, "labelled", value, low, high, users, None)
                for who, metric, value, low, high, users in (
                    ("anomaly_score", "precision", 0.5, 0.25, 0.75, 9),
                    ("anomaly_score", "recall", 0.5, 0.25, 0.75, 9),
                    ("anomaly_score", "precision_bot_farm", 0.5, 0.25, 0.75, 8),
                    ("anomaly_score", "recall_bot_farm", 1.0, 0.75, 1.0, 4),
                    ("evidence_rules", "recall_bot_farm", 0.0, 0.0, 0.5, 4),
                    ("anomaly_score", "false_positive_rate_honest", 0.25, 0.1, 0.5, 4),
                )
            ),
        ],
    )

    _, _, churn, anomalies = service_summary(data, limit=5)

    assert "900 users" in churn.heading
    assert churn.rows == [
        ("skill by log loss, %", 25.0, 12.5, 37.5),
        ("by days of silence alone, %", 50.0, 25.0, 100.0),
        ("its skill on the active of the last 7 days, %", 12.5, 0.0, 25.0),
        ("who leaves, % of all", 6.25, 5.0, 7.5),
    ]
    assert anomalies.rows == [("bot_farm", 4, 50.0, 25.0, 100.0, 75.0)]
    assert anomalies.notes[-1].endswith("super-fans in the sample: 25 %.")
