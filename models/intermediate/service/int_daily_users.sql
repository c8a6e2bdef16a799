with

user_days as (

    select * from {{ ref('int_observed_user_days') }}

),

neighbours as (

    select
        *,
        min(activity_date) over (partition by user_key) as first_date,
        lag(activity_date) over (
            partition by user_key, observed_since order by activity_date
        ) as previous_date,
        lead(activity_date) over (
            partition by user_key, observed_since order by activity_date
        ) as next_date
    from user_days

),

-- Each observed stretch begins with nobody: what was before it is not known.
days_apart as (

    select
        *,
        {{ dbt.datediff(
            'previous_date', 'activity_date', 'day'
        ) }} as days_since,
        {{ dbt.datediff(
            'activity_date', 'next_date', 'day'
        ) }} as days_until
    from neighbours

),

-- Whoever is active is among the users of 7 days from then on and until 7 days have
-- passed without. So users join and leave, nobody counts twice, and no day is looked
-- at once for every window that it lies in.
joining as (

    select
        activity_date,
        count(*) as active_users,
        count(case when coalesce(days_since, 8) > 7 then 1 end) as users_come_7,
        count(case when coalesce(days_since, 31) > 30 then 1 end) as users_come_30,
        count(case when activity_date = first_date then 1 end) as new_users,
        count(case when days_since <= 28 then 1 end) as returning_users,
        count(case
            when activity_date > first_date and coalesce(days_since, 29) > 28 then 1
        end) as resurrected_users,
        {{ added_up_plays() }},
        cast(sum(sessions) as bigint) as sessions
    from days_apart
    group by activity_date

),

leavings as (

    {{ users_leaving('days_apart', 7) }}

    union all

    {{ users_leaving('days_apart', 28) }}

    union all

    {{ users_leaving('days_apart', 30) }}

),

leaving as (

    select
        activity_date,
        cast(sum(users_gone_7) as bigint) as users_gone_7,
        cast(sum(users_gone_28) as bigint) as users_gone_28,
        cast(sum(users_gone_30) as bigint) as users_gone_30
    from leavings
    group by activity_date

),

dates as (

    select activity_date
    from joining

    union

    select activity_date
    from leaving

),

int_daily_users as (

    select
        dates.activity_date,

        coalesce(joining.active_users, 0) as active_users,
        coalesce(joining.users_come_7, 0) as users_come_7,
        coalesce(joining.users_come_30, 0) as users_come_30,
        coalesce(leaving.users_gone_7, 0) as users_gone_7,
        coalesce(leaving.users_gone_30, 0) as users_gone_30,

        coalesce(joining.new_users, 0) as new_users,
        coalesce(joining.returning_users, 0) as returning_users,
        coalesce(joining.resurrected_users, 0) as resurrected_users,
        coalesce(leaving.users_gone_28, 0) as dormant_users,

        coalesce(joining.plays, 0) as plays,
        coalesce(joining.streams, 0) as streams,
        coalesce(joining.skips, 0) as skips,
        coalesce(joining.skip_known_plays, 0) as skip_known_plays,
        coalesce(joining.completes, 0) as completes,
        coalesce(joining.completion_known_plays, 0) as completion_known_plays,
        coalesce(joining.listened_ms, 0) as listened_ms,
        coalesce(joining.sessions, 0) as sessions

    from dates
    left join joining
        on dates.activity_date = joining.activity_date
    left join leaving
        on dates.activity_date = leaving.activity_date

)

select * from int_daily_users
