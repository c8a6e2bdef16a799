"""How the service's users behave: rhythm, sessions, skips, leaving, and attacks."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from music_warehouse.synthetic.service.accounts import (
    USERS_PER_BLOCK,
    Accounts,
    accounts_of_block,
)
from music_warehouse.synthetic.service.days import USUAL_LAST_DAY, week_of
from music_warehouse.synthetic.service.lives import Lives, joined, lives_of_block
from music_warehouse.synthetic.service.reference import FAILED

from .test_service_deliveries import Questions, value

ZONES = {"DE": "Europe/Berlin", "GB": "Europe/London", "JP": "Asia/Tokyo"}


def local_starts(questions: Questions, country: str) -> pd.Series:
    """Starts of honest plays in a country, in its local time."""
    starts = questions.execute(
        'select "timestamp" from honest_events inner join accounts using (user_id) '
        "where country = ?",
        [country],
    ).df()["timestamp"]
    return starts.dt.tz_localize("UTC").dt.tz_convert(ZoneInfo(ZONES[country]))


@pytest.mark.parametrize("country", ZONES)
def test_people_sleep_and_listen_in_the_evening_of_their_own_time(
    questions: Questions, country: str
) -> None:
    hour = local_starts(questions, country).dt.hour
    assert len(hour) > 2_000
    assert hour.isin(range(2, 6)).mean() < 0.1
    assert hour.isin(range(17, 23)).mean() > 0.27


def test_the_morning_stays_at_its_local_hour_when_clocks_change(
    questions: Questions,
) -> None:
    """Clocks went forward on 2026-03-29: in UTC the morning moves, locally not."""
    starts = pd.concat([local_starts(questions, country) for country in ("DE", "GB")])
    starts = starts[starts.map(lambda start: start.weekday() < 5)]
    is_summer = np.array([start.date().isoformat() >= "2026-03-29" for start in starts])
    for season in (is_summer, ~is_summer):
        hour = np.array([start.hour for start in starts[season]])
        assert (hour == 7).sum() > 1.6 * (hour == 5).sum()


def test_weekends_begin_later_and_fridays_are_livelier_than_sundays(
    questions: Questions,
) -> None:
    starts = local_starts(questions, "DE")
    is_weekend = starts.dt.day_of_week >= 5
    is_early = starts.dt.hour.isin([6, 7, 8])
    assert is_early[~is_weekend].mean() > 1.3 * is_early[is_weekend].mean()
    by_day = dict(
        questions.execute(
            'select isodow("timestamp"), count(*) from honest_events group by 1'
        ).fetchall()
    )
    assert by_day[5] > by_day[7]


def test_honest_users_never_play_two_things_at_once(questions: Questions) -> None:
    overlaps = """
        with
        plays as (
            select
                "timestamp" as started_at,
                lag("timestamp" + to_milliseconds(play_duration_ms)) over (
                    partition by user_id order by "timestamp"
                ) as ended_before,
            from honest_events
        )
        select count(*) from plays where ended_before > started_at
    """
    assert value(questions, overlaps) == 0


def test_plays_come_in_sessions_that_move_between_devices(questions: Questions) -> None:
    sessions = """
        with
        plays as (
            select
                user_id, device_type, "timestamp" as started_at,
                epoch_ms("timestamp" - lag("timestamp" + to_milliseconds(
                    play_duration_ms)) over listener) as gap_ms,
                lag(device_type) over listener as device_before,
            from honest_events
            window listener as (partition by user_id order by "timestamp")
        )
        select
            avg(cast(gap_ms < 2000 as int)),
            avg(cast(gap_ms between 900001 and 2399999 as int)),
            sum(cast(gap_ms < 900000 and device_type != device_before as int)),
        from plays
    """
    [[short, between, moves]] = questions.execute(sessions).fetchall()
    assert short > 0.5
    # Only an event that comes after the end of the delivery leaves such a gap.
    assert between < 0.002
    assert moves > 100


def test_a_play_lasts_as_its_reason_says(questions: Questions) -> None:
    wrong = """
        select count(*) from honest_events
        where skipped != (reason = 'fwdbtn') or play_duration_ms < 1
            or play_duration_ms > duration_ms
            or (reason = 'trackdone' and play_duration_ms != duration_ms)
            or (reason = 'fwdbtn' and play_duration_ms >= duration_ms)
    """
    assert value(questions, wrong) == 0
    reasons = dict(
        questions.execute(
            "select reason, count(*) from honest_events group by reason"
        ).fetchall()
    )
    assert set(reasons) == {"trackdone", "fwdbtn", "backbtn", "endplay", "logout"}
    assert min(reasons.values()) > 200


def test_skipping_is_a_matter_of_user_and_track(questions: Questions) -> None:
    """Shares differ between users and between tracks by far more than by chance."""
    share = value(questions, "select avg(cast(skipped as int)) from honest_events")
    assert 0.12 < share < 0.35
    for key, excess in (("user_id", 3.0), ("track_id", 1.15)):
        groups = questions.execute(
            f"select count(*), sum(cast(skipped as int)) from honest_events "
            f"group by {key} having count(*) >= 30"
        ).fetchnumpy()
        count, skips = (np.asarray(column, float) for column in groups.values())
        assert len(count) > 100
        by_chance = share * (1 - share) / count
        assert np.mean((skips / count - share) ** 2 / by_chance) > excess


@pytest.fixture(scope="module")
def people() -> tuple[Accounts, Lives]:
    """24,576 users and their last 26 weeks."""
    users, first_week = 6 * USERS_PER_BLOCK, week_of(USUAL_LAST_DAY - 181)
    nobody = np.zeros(USERS_PER_BLOCK, np.bool_)
    blocks = [accounts_of_block(1, users, block) for block in range(6)]
    lives = [
        lives_of_block(1, block, accounts, nobody, first_week, USUAL_LAST_DAY, 0)
        for block, accounts in enumerate(blocks)
    ]
    return Accounts.together(blocks), joined(lives, users)


def leaving_rates(
    lives: Lives, driver: NDArray[np.floating], bounds: list[float]
) -> list[float]:
    """Leavers a listener and week, in the bands of a driver per user and week."""
    weeks = lives.days.shape[1]
    left = np.zeros(lives.days.shape, np.bool_)
    week = np.array([week_of(day) for day in lives.departures.last_day])
    kept = (week >= lives.first_week) & (week < lives.first_week + weeks)
    left[lives.departures.user[kept], week[kept] - lives.first_week] = True
    band = np.digitize(driver, bounds)
    listens = lives.days > 0
    assert left[~listens].sum() == 0
    return [
        float(left[listens & (band == number)].mean())
        for number in range(len(bounds) + 1)
    ]


def test_falling_activity_drives_users_away(people: tuple[Accounts, Lives]) -> None:
    _, lives = people
    rates = leaving_rates(lives, -lives.mood.astype(float), [0.3, 0.8, 1.5])
    assert all(low * 1.3 < high for low, high in pairwise(rates))
    # No certainty either way.
    assert rates[0] > 0.001
    assert rates[-1] < 0.7


def test_skipping_drives_users_away(people: tuple[Accounts, Lives]) -> None:
    accounts, lives = people
    in_good_mood = np.where(lives.mood > -0.3, 1.0, np.nan)
    odds = accounts.skip_logit[:, None] + lives.skipping.astype(float)
    driver = np.where(np.isnan(in_good_mood), -9.0, odds)
    _, *rates = leaving_rates(lives, driver, [-8.0, -0.7, 0.0, 0.6])
    assert all(low * 1.15 < high for low, high in pairwise(rates))


def test_failed_payments_drive_users_away(people: tuple[Accounts, Lives]) -> None:
    _, lives = people
    failures = np.zeros(lives.days.shape)
    bills = lives.bills.take(lives.bills.status == FAILED)
    week = np.array([week_of(day) for day in bills.day]) - lives.first_week
    for later in (1, 2, 3):
        column = week + later
        kept = (column >= 0) & (column < failures.shape[1])
        np.add.at(failures, (bills.user[kept], column[kept]), 1.0)
    rates = leaving_rates(lives, failures, [0.5, 1.5])
    assert all(low * 1.3 < high for low, high in pairwise(rates))


def test_some_leave_without_a_sign_and_some_come_back(
    people: tuple[Accounts, Lives],
) -> None:
    _, lives = people
    reasons = np.bincount(lives.departures.reason, minlength=4) / len(lives.departures)
    assert reasons.min() > 0.02
    assert reasons.max() < 0.7
    returned = lives.departures.returned_day
    assert 0.05 < (returned > 0).mean() < 0.6
    later = returned[returned > 0] - lives.departures.last_day[returned > 0]
    assert later.min() >= 1


def test_churners_play_on_their_last_day_and_not_after(questions: Questions) -> None:
    """The day is the listener's own, which may end on the next UTC day or begin on
    the one before."""
    absences = """
        select
            count(*),
            sum(cast(last_play between last_active_day - 1 and last_active_day + 1
                as int)),
            sum(plays_after),
        from (
            select
                user_id, last_active_day,
                max(cast("timestamp" as date)) filter (
                    "timestamp" < last_active_day + interval 40 hour) as last_play,
                count(*) filter (
                    "timestamp" >= last_active_day + interval 40 hour
                    and "timestamp" < coalesce(returned_day, date '2030-01-01')
                        - interval 12 hour) as plays_after,
            from churners inner join events using (user_id)
            group by user_id, last_active_day
        )
    """
    [[churners, on_the_day, after]] = questions.execute(absences).fetchall()
    told = value(questions, "select count(*) from churners")
    assert told > 100
    # The last play of some arrives after the end of the delivery, or was on the eve
    # of its first day.
    assert churners >= told - 5
    assert on_the_day >= churners - 5
    assert after == 0


def test_attacks_are_as_many_as_meant(questions: Questions) -> None:
    planted = dict(
        questions.execute(
            "select attack, count(distinct user_id) from attacks group by attack"
        ).fetchall()
    )
    assert planted == {
        "bot_farm": 10,
        "looped_track": 4,
        "account_sharing": 6,
        "lockstep_group": 10,
    }
    assert value(questions, "select count(*) from super_fans") == 6


def attack_plays(questions: Questions, attack: str) -> pd.DataFrame:
    """The plays on the days of an attack."""
    return questions.execute(
        """
        select events.*, group_no, cast("timestamp" as date) as played_on
        from events inner join attacks using (user_id)
        where attack = ? and cast("timestamp" as date) between first_day and last_day
            and event_id not in (
                select event_id from event_arrivals where arrival = 'corrected')
        order by user_id, "timestamp"
        """,
        [attack],
    ).df()


def test_a_bot_farm_plays_few_tracks_evenly_around_the_clock(
    questions: Questions,
) -> None:
    plays = attack_plays(questions, "bot_farm")
    assert plays.track_id.nunique() <= 6
    assert plays.play_duration_ms.between(31_000, 55_000).all()
    by_hour = plays.timestamp.dt.hour.value_counts()
    assert len(by_hour) == 24
    assert by_hour.max() < 1.4 * by_hour.min()
    bots = "(select user_id from attacks where attack = 'bot_farm')"
    everything = f"""
        select count(*) from events
        where user_id in {bots} and event_id not in (
            select event_id from event_arrivals where arrival = 'corrected')
    """
    assert value(questions, everything) == len(plays)


def test_a_looped_track_runs_31_seconds_at_a_time(questions: Questions) -> None:
    plays = attack_plays(questions, "looped_track")
    assert plays.play_duration_ms.between(31_000, 31_350).all()
    assert (plays.groupby("user_id").track_id.nunique() == 1).all()
    assert plays.groupby(["user_id", "played_on"]).size().mean() > 250


def test_shared_accounts_play_in_two_places_at_once(questions: Questions) -> None:
    plays = attack_plays(questions, "account_sharing")
    ends = plays.timestamp + pd.to_timedelta(plays.play_duration_ms, unit="ms")
    overlaps = (plays.user_id == plays.user_id.shift()) & (
        ends.shift() > plays.timestamp
    )
    other_device = plays.device_type != plays.device_type.shift()
    assert (overlaps & other_device).groupby(plays.user_id).sum().min() >= 5


def test_a_lockstep_group_plays_the_same_within_seconds(questions: Questions) -> None:
    plays = attack_plays(questions, "lockstep_group")
    together = plays.groupby(["group_no", "played_on", "track_id"])
    spread = together.timestamp.max() - together.timestamp.min()
    members = together.user_id.nunique()
    assert (members >= 4).mean() > 0.9
    # A track may be twice in a day's list.
    assert (spread.dt.total_seconds() < 20.0).mean() > 0.95
    assert (spread.dt.total_seconds() > 1.0).mean() > 0.9


def test_super_fans_play_most_of_all_honest_users_and_sleep(
    questions: Questions,
) -> None:
    plays = questions.execute(
        "select user_id, count(*) as plays from honest_events group by user_id"
    ).df()
    fans = questions.execute("select user_id from super_fans").df().user_id
    is_fan = plays.user_id.isin(fans)
    usual = plays.plays[~is_fan]
    assert plays.plays[is_fan].min() > usual.mean() + 3 * usual.std()
    hours = questions.execute(
        'select user_id, hour("timestamp") as hour, count(*) as plays '
        "from honest_events where user_id in (select user_id from super_fans) "
        "group by all"
    ).df()
    by_hour = hours.pivot_table("plays", "user_id", "hour", fill_value=0)
    quietest = np.sort(by_hour.to_numpy(), axis=1)[:, :4].sum(axis=1)
    assert (quietest < 0.08 * by_hour.sum(axis=1)).all()


def test_super_fans_neither_attack_nor_leave(
    questions: Questions,
) -> None:
    both = """
        select count(*) from super_fans
        where user_id in (select user_id from attacks)
            or user_id in (select user_id from churners)
    """
    assert value(questions, both) == 0
