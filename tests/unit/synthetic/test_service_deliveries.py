"""What the service delivers: its files, users, payments, and what comes late."""

import csv
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from music_warehouse.synthetic.service import ServiceDelivery
from music_warehouse.synthetic.service.reference import markets

from .conftest import SERVICE_USERS

SEEDS = Path(__file__).parents[3] / "seeds"
HEADERS = {
    "users": "user_id,username,email,country,subscription_type,registration_date,age,"
    "gender",
    "tracks": "track_id,track_name,artist_name,duration_ms",
    "listening_events": "event_id,user_id,track_id,timestamp,play_duration_ms,"
    "device_type,shuffle,skipped,reason",
    "billing": "transaction_id,user_id,payment_method,card_last_4,amount,currency,"
    "payment_status,billed_at,period",
}
MONTHS = [
    "2026-03-03_2026-03-31",
    "2026-04-01_2026-04-30",
    "2026-05-01_2026-05-31",
    "2026-06-01_2026-06-30",
]

Questions = duckdb.DuckDBPyConnection


def value(questions: Questions, sql: str) -> float:
    """The one number that a query answers."""
    [[number]] = questions.execute(sql).fetchall()
    return number


@pytest.mark.parametrize("table", HEADERS)
def test_a_table_has_a_file_each_month_in_its_own_folder(
    service: ServiceDelivery, table: str
) -> None:
    paths = service.files[table]
    assert [path.name for path in paths] == [f"{table}_{m}.csv" for m in MONTHS]
    rows = 0
    for path in paths:
        assert path.parts[-3:-1] == ("service", table)
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        assert header == HEADERS[table]
        rows += len(lines)
    assert rows == service.rows[table]


def test_the_truth_lies_where_no_delivery_is_looked_for(
    service: ServiceDelivery,
) -> None:
    assert service.truth.parts[-2:] == ("_truth", "service")
    assert {path.name for path in service.truth.iterdir()} == {
        f"{name}_2026-03-03_2026-06-30.csv"
        for name in (
            "attacks",
            "super_fans",
            "churners",
            "plan_changes",
            "event_arrivals",
        )
    }


def test_every_event_is_of_the_span_of_a_known_user_and_track(
    service: ServiceDelivery, questions: Questions
) -> None:
    assert (service.first_day, service.last_day) == (
        date(2026, 3, 3),
        date(2026, 6, 30),
    )
    unknown = """
        select count(*)
        from listening_events
        left join accounts using (user_id)
        left join tracks using (track_id)
        where accounts.user_id is null or tracks.track_id is null
            or not "timestamp" between '2026-03-03' and '2026-06-30 23:59:59.999'
            or "timestamp" < registration_date
    """
    assert value(questions, unknown) == 0
    assert value(questions, "select count(distinct user_id) from accounts") == (
        SERVICE_USERS
    )


def test_no_event_is_later_than_the_month_that_delivers_it(
    questions: Questions,
) -> None:
    """The month is the last ten characters of the file's name before its suffix."""
    early = """
        select count(*) from listening_events
        where cast("timestamp" as date) > cast(filename[-14:-5] as date)
    """
    assert value(questions, early) == 0


def test_sample_size_is_as_small_as_a_newcomer_waits_for(questions: Questions) -> None:
    """At 180 days: 200 events a user."""
    events = value(questions, "select count(*) from listening_events")
    assert 80 < events / SERVICE_USERS < 180


def test_late_repeated_and_corrected_events_are_as_told(questions: Questions) -> None:
    told = dict(
        questions.execute(
            "select arrival, count(*) from event_arrivals group by arrival"
        ).fetchall()
    )
    events = value(questions, "select count(*) from events")
    assert 0.008 < told["late"] / events < 0.014
    assert 0.004 < told["repeated"] / events < 0.008
    assert 0.0002 < told["corrected"] / events < 0.0008
    delivered = """
        with
        copies as (
            select
                event_id,
                count(*) as copies,
                count(distinct (user_id, track_id, "timestamp", play_duration_ms,
                    device_type, shuffle, skipped, reason)) as contents,
            from listening_events
            group by event_id
        )
        select count(*)
        from copies
        left join event_arrivals using (event_id)
        where copies != case when arrival in ('repeated', 'corrected') then 2 else 1 end
            or contents != case when arrival = 'corrected' then 2 else 1 end
    """
    assert value(questions, delivered) == 0
    by_month = """
        select count(*)
        from listening_events
        inner join event_arrivals using (event_id)
        where arrival = 'late'
            and not arrived_on between cast(filename[-25:-16] as date)
                and cast(filename[-14:-5] as date)
    """
    assert value(questions, by_month) == 0
    across = """
        select count(*) from listening_events
        where cast("timestamp" as date) < cast(filename[-25:-16] as date)
    """
    assert value(questions, across) > 20


def test_users_look_as_a_service_sends_them(questions: Questions) -> None:
    users = value(questions, "select count(*) from accounts")
    for column in ("username", "email"):
        distinct = value(questions, f"select count(distinct {column}) from accounts")
        assert distinct == users
    odd = """
        select count(*) from accounts
        where not regexp_full_match(email, '[a-z.0-9]+@example\\.(com|org|net)')
    """
    assert value(questions, odd) == 0
    blank = value(questions, "select avg(cast(age is null as int)) from accounts")
    assert 0.005 < blank < 0.03
    absurd = questions.execute(
        "select age, count(*) from accounts where age not between 13 and 90 group by 1"
    ).fetchall()
    assert -1337 in dict(absurd)
    assert sum(count for _, count in absurd) < users / 100
    before = """
        select avg(cast(registration_date < '2026-03-03' as int)) from accounts
    """
    assert 0.6 < value(questions, before) < 0.9


def test_countries_are_those_of_the_seed_and_zones_exist(questions: Questions) -> None:
    with (SEEDS / "country_aliases.csv").open(encoding="utf-8", newline="") as lines:
        aliases = {r["match_name"]: r["country_code"] for r in csv.DictReader(lines)}
    for market in markets():
        assert aliases[market.country_code.lower()] == market.country_code
        assert aliases[market.country.lower()] == market.country_code
        assert all(ZoneInfo(name).key == name for name, _ in market.time_zones)
    sent = {
        country
        for (country,) in questions.execute(
            "select distinct country from accounts where country is not null"
        ).fetchall()
    }
    assert {"US", "United States"} <= sent
    assert all(country.lower() in aliases for country in sent)


def test_payments_are_of_the_plan_in_the_country_s_currency(
    questions: Questions,
) -> None:
    prices = {
        (key, market.currency): {float(price) for price in market.prices[1:]}
        for market in markets()
        for key in (market.country_code, market.country)
    }
    paid = questions.execute(
        """
        select distinct country, currency, cast(amount as double)
        from payments inner join accounts using (user_id)
        where country is not null
        """
    ).fetchall()
    assert len({currency for _, currency, _ in paid}) > 10
    assert all(
        amount in prices[country, currency] for country, currency, amount in paid
    )


def test_card_digits_come_with_cards_only(questions: Questions) -> None:
    wrong = """
        select count(*) from payments
        where (payment_method in ('credit_card', 'debit_card'))
            != coalesce(regexp_full_match(card_last_4, '[0-9]{4}'), false)
    """
    assert value(questions, wrong) == 0


def test_some_payments_fail_and_are_tried_again_until_the_plan_ends(
    questions: Questions,
) -> None:
    failed = value(
        questions,
        "select avg(cast(payment_status = 'failed' as int)) from payments",
    )
    assert 0.02 < failed < 0.12
    attempts = """
        select user_id, period, list(payment_status order by billed_at) as statuses,
            min(billed_at) as first_at, max(billed_at) as last_at
        from payments
        where period > '2026-03'
        group by user_id, period
        having min(billed_at) < '2026-06-10'
    """
    ended = 0
    rows = questions.execute(attempts).fetchall()
    for user, _, statuses, _, last_at in rows:
        *earlier, last = statuses
        if len(set(statuses)) == 1 and last != "failed":
            continue
        assert set(earlier) <= {"failed", "succeeded", "refunded"}
        if last == "failed":
            ended += 1
            assert len(statuses) == 4
            [[changes]] = questions.execute(
                "select count(*) from plan_changes where user_id = ? "
                "and changed_on = cast(? as date) and plan_after = 'free'",
                [user, last_at],
            ).fetchall()
            assert changes == 1
    assert ended > 0


def test_a_payment_s_status_changes_in_later_deliveries(questions: Questions) -> None:
    histories = questions.execute(
        """
        select list(payment_status order by filename) as statuses, count(*)
        from billing
        group by transaction_id
        having count(*) > 1
        """
    ).fetchall()
    seen = {tuple(statuses) for statuses, _ in histories}
    assert ("succeeded", "refunded") in seen
    assert ("pending", "succeeded") in seen
    assert all(s[0] in ("pending", "succeeded") for s in seen)
    late = """
        select count(*) from payments
        where payment_status = 'pending' and billed_at < '2026-06-29'
    """
    assert value(questions, late) == 0


def test_a_transaction_s_number_says_nothing_of_the_user(questions: Questions) -> None:
    correlation = value(
        questions,
        "select abs(corr(transaction_id % 100000000, user_id)) from payments",
    )
    assert correlation < 0.1


def test_the_users_last_delivered_have_the_plan_of_their_last_change(
    questions: Questions,
) -> None:
    other = """
        with
        last_changes as (
            select user_id, arg_max(plan_after, changed_on) as plan_after
            from plan_changes
            group by user_id
        )
        select count(*)
        from accounts inner join last_changes using (user_id)
        where subscription_type != plan_after
    """
    assert value(questions, other) == 0
    kinds = """
        select count(distinct (plan_before, plan_after)) from plan_changes
        where plan_before = 'free' or plan_after = 'free'
    """
    assert value(questions, kinds) == 6
    again = "select count(*) - count(distinct user_id) from users"
    assert value(questions, again) > 50
