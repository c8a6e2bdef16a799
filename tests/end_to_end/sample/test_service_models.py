"""Models of the service on a built sample: nothing of the future, and what is told."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import Warehouse

OUTCOME = ("days_after", "has_churned", "is_observed")
# A view reads what was copied before it, since the copy has the warehouse's name.
READ = (
    *("int_user_day_totals", "int_exported_user_days", "int_user_days"),
    *("int_service_stretches", "int_service_window", "int_observed_user_days"),
    *("int_service_users", "int_payments", "int_churn_dates"),
)

Rows = list[tuple[object, ...]]


@pytest.fixture
def copy(sample: Warehouse, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """What the churn features are made of, in a warehouse that may be changed."""
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as database:
        built = sample.data / "warehouse.duckdb"
        database.execute(f"attach '{built}' as built (read_only)")
        database.execute("create schema intermediate")
        for name in READ:
            database.execute(
                f"create table intermediate.{name} as from built.intermediate.{name}"
            )
        yield database


@pytest.fixture(scope="session")
def features_sql(sample: Warehouse) -> str:
    """The compiled model of the features, and within it that of their users."""
    names = ("int_churn_features", "int_churn_users")
    sample.run("compile", "--quiet", "--select", *names, program="dbt")
    models = sample.target / "compiled" / "music_warehouse" / "models"
    features, users = (
        (models / "intermediate" / "service" / f"{name}.sql").read_text()
        for name in names
    )
    table = '"warehouse"."intermediate"."int_churn_users"'
    assert table in features
    return features.replace(table, f"({users}) as churn_users")


def known(database: duckdb.DuckDBPyConnection, sql: str, as_of: object) -> Rows:
    """The features of everybody at a date."""
    return database.execute(
        f"select columns(* exclude ({', '.join(OUTCOME)})) from ({sql}) "
        "where as_of_date = ? order by user_key",
        [as_of],
    ).fetchall()


def test_no_feature_sees_what_comes_on_the_date_or_later(
    copy: duckdb.DuckDBPyConnection, features_sql: str
) -> None:
    """At the middle date all later days are doubled for some users and removed for
    others, and everybody's later payments fail."""
    [(as_of,)] = copy.execute(
        "select as_of_date from intermediate.int_churn_dates "
        "where is_observed order by as_of_date desc limit 1 offset 1"
    ).fetchall()
    before = known(copy, features_sql, as_of)

    copy.execute(
        """
        delete from intermediate.int_observed_user_days
        where activity_date >= $date and mod(user_key, 2) = 0;
        """,
        {"date": as_of},
    )
    copy.execute(
        """
        update intermediate.int_observed_user_days
        set plays = 2 * plays, skips = skips + 5, listened_ms = 0
        where activity_date >= $date
        """,
        {"date": as_of},
    )
    copy.execute(
        "update intermediate.int_payments set payment_status = 'failed' "
        "where billed_at >= cast($date as date) - 3",
        {"date": as_of},
    )

    assert len(before) > 50
    assert known(copy, features_sql, as_of) == before


def test_what_comes_the_day_before_is_seen(
    copy: duckdb.DuckDBPyConnection, features_sql: str
) -> None:
    """Or the test above could not fail."""
    [(as_of,)] = copy.execute(
        "select max(as_of_date) from intermediate.int_churn_dates where is_observed"
    ).fetchall()
    before = known(copy, features_sql, as_of)

    copy.execute(
        "update intermediate.int_observed_user_days set plays = 2 * plays "
        "where activity_date = cast($date as date) - 1",
        {"date": as_of},
    )

    assert known(copy, features_sql, as_of) != before


def test_scores_never_read_labels(sample: Warehouse) -> None:
    sources = sample.run(
        *("ls", "--quiet", "--select", "+stream_anomalies", "--output", "name"),
        program="dbt",
    )

    assert "int_stream_evidence" in sources.split()
    assert "label" not in sources


def test_too_few_users_have_a_rule_and_a_reason_instead_of_a_probability(
    sample: Warehouse,
) -> None:
    """The sample has 200 users of the service."""
    with sample.published() as marts:
        told = marts.execute(
            "select distinct churn_probability is null, is_reliable from churn_risk"
        ).fetchall()
        reasons = marts.execute(
            "select reason from model_evaluations where metric = 'log_loss_skill'"
        ).fetchall()

    assert told == [(True, False)]
    assert [reason.startswith("too few users") for (reason,) in reasons] == [True]


def test_the_summary_tells_of_activity_revenue_and_attacks(sample: Warehouse) -> None:
    printed = sample.run("ask", "service-summary")

    for heading in (
        "Active users on 2026-06-30",
        "Countries by revenue",
        "Nothing is said of who will leave: too few users",
        "Confirmed attacks found by the anomaly score",
    ):
        assert heading in printed


@pytest.mark.sweep
@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_leavers_and_attackers_are_told_from_others_in_the_planted_service(
    warehouse: Warehouse, tmp_path: Path, seed: str
) -> None:
    """2,000 users: skill above 0 by its lower bound, all attacks but one in ten found,
    none of the super-fans flagged."""
    landing = str(tmp_path / "landing")
    words = ("--domain", "service", "--users", "2000", "--seed", seed)
    warehouse.run("generate", *words, "--out", landing)
    warehouse.run("ingest", landing)
    warehouse.run("build")

    with warehouse.published() as marts:
        value = dict(
            marts.execute(
                """
                select metric, case when metric = 'log_loss_skill' then value_lo
                    else value end
                from model_evaluations
                where
                    model in ('churn_model', 'anomaly_score')
                    and split != 'latest_date_active_7_days'
                """
            ).fetchall()
        )
    assert value["log_loss_skill"] > 0
    assert value["recall"] >= 0.9
    assert value["precision"] >= 0.9
    assert value["false_positive_rate_honest"] == 0
