"""What the command line tells of the streaming service, from published marts only."""

import duckdb

from music_warehouse.paths import DataFolder
from music_warehouse.questions import Answer, published_marts

_CHURN_MODEL, _CHURN_RULE = "churn_model", "churn_rule"
_SILENCE = "churn_silence_alone"
_LATEST, _ACTIVE = "latest_date", "latest_date_active_7_days"


def service_summary(data: DataFolder, limit: int) -> list[Answer]:
    """Who is active, what at most `limit` countries earn, how well it is known who
    leaves, and which attacks are found; one answer that says so where the service has
    delivered no plays."""
    with published_marts(data) as marts:
        activity = _activity(marts)
        if activity is None:
            return [Answer("The streaming service has delivered no plays.", (), [])]
        return [activity, _revenue(marts, limit), _churn(marts), _anomalies(marts)]


def _activity(marts: duckdb.DuckDBPyConnection) -> Answer | None:
    row = marts.execute(
        """
        select activity_date, dau, wau, mau, 100 * stickiness
        from engagement_daily
        order by activity_date desc
        limit 1
        """
    ).fetchone()
    if row is None:
        return None
    return Answer(
        f"Active users on {row[0]}",
        ("that day", "7 days", "30 days", "% of 30 days that day"),
        [row[1:]],
        ("Values of fewer than 5 users are left out.",) if None in row else (),
    )


def _revenue(marts: duckdb.DuckDBPyConnection, limit: int) -> Answer:
    rows = marts.execute(
        """
        select month_start_date, country_name, revenue_usd::double, paying_users
        from revenue_by_country
        inner join dim_countries using (country)
        where
            revenue_usd is not null
            and month_start_date = (
                select max(month_start_date) from revenue_by_country where is_complete
            )
        order by revenue_usd desc, country
        limit ?
        """,
        [limit],
    ).fetchall()
    if not rows:
        told = "No country has payments of 5 users or more in a whole month."
        return Answer(told, (), [])
    return Answer(
        f"Countries by revenue, {rows[0][0]:%B %Y}",
        ("country", "US dollars", "paying users"),
        [row[1:] for row in rows],
        ("Values of fewer than 5 users are left out.",),
    )


def _churn(marts: duckdb.DuckDBPyConnection) -> Answer:
    found = {
        (model, metric, split): row
        for model, metric, split, *row in marts.execute(
            """
            select
                model, metric, split, value, value_lo, value_hi, observations, reason
            from model_evaluations
            where model in (?, ?, ?)
            """,
            [_CHURN_MODEL, _SILENCE, _CHURN_RULE],
        ).fetchall()
    }
    *_, users, reason = found[_CHURN_MODEL, "log_loss_skill", _LATEST]
    if reason is not None:
        return Answer(f"Nothing is said of who will leave: {reason}.", (), [])
    told = {
        "skill by log loss, %": (_CHURN_MODEL, "log_loss_skill", _LATEST),
        "by days of silence alone, %": (_SILENCE, "log_loss_skill", _LATEST),
        "the model's above it, %": (
            *(_CHURN_MODEL, "log_loss_skill_above_silence", _LATEST),
        ),
        "its skill on the active of the last 7 days, %": (
            *(_CHURN_MODEL, "log_loss_skill", _ACTIVE),
        ),
        "who leaves, % of all": (_CHURN_MODEL, "churn_rate", _LATEST),
        "precision of the simple rule, %": (_CHURN_RULE, "precision", _LATEST),
        "the model's with as many flags, %": (
            *(_CHURN_MODEL, "precision_at_flags_of_rule", _LATEST),
        ),
        "silence's with as many flags, %": (
            *(_SILENCE, "precision_at_flags_of_rule", _LATEST),
        ),
        "recall of the simple rule, %": (_CHURN_RULE, "recall", _LATEST),
        "the model's, %": (_CHURN_MODEL, "recall_at_flags_of_rule", _LATEST),
    }
    rows = []
    for name, place in told.items():
        if (row := found.get(place)) is not None and row[0] is not None:
            rows.append((name, *(100 * bound for bound in row[:3])))
    return Answer(
        f"Who leaves within 28 days, judged by {users} users of a later date",
        ("", "value", "from", "to"),
        rows,
        (
            "Skill 0 %: no better than telling everybody the share that leaves.",
            "Most who leave have gone silent already: of the active little is known.",
        ),
    )


def _anomalies(marts: duckdb.DuckDBPyConnection) -> Answer:
    rows = marts.execute(
        """
        select
            replace(recall.metric, 'recall_', ''),
            recall.observations,
            100 * precision.value,
            100 * precision.value_lo,
            100 * recall.value,
            100 * recall.value_lo
        from model_evaluations as recall
        inner join model_evaluations as precision
            on
                recall.model = precision.model
                and precision.metric = replace(recall.metric, 'recall', 'precision')
        where
            recall.model = 'anomaly_score'
            and recall.metric like 'recall\\_%' escape '\\'
        order by recall.metric
        """
    ).fetchall()
    if not rows:
        return Answer("No confirmed attack to judge anomalies by.", (), [])
    honest = marts.execute(
        """
        select 100 * value, observations
        from model_evaluations
        where
            model = 'anomaly_score'
            and metric = 'false_positive_rate_honest'
            and value is not null
        """
    ).fetchone()
    notes = ["From: lower 95 % bounds. Users nobody looked into count as honest."]
    if honest is not None:
        share, looked_into = honest
        notes.append(
            f"Flagged of the {looked_into} found honest, super-fans in the sample: "
            f"{share:.0f} %."
        )
    return Answer(
        "Confirmed attacks found by the anomaly score",
        ("attack", "users", "% precision", "from", "% recall", "from"),
        rows,
        tuple(notes),
    )
