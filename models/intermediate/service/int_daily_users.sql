with

user_days as (

    select * from {{ ref('int_observed_user_days') }}

),

gaps as (

    select * from {{ ref('int_user_day_gaps') }}

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
        count(case when is_first then 1 end) as new_users,
        count(case when days_since <= 28 then 1 end) as returning_users,
        count(case
            when not is_first and coalesce(days_since, 29) > 28 then 1
        end) as resurrected_users
    from gaps
    group by activity_date

),

playing as (

    select
        activity_date,
        {{ added_up_plays() }},
        cast(sum(sessions) as bigint) as sessions
    from user_days
    group by activity_date

),

leavings as (

    {{ users_leaving('gaps', 7) }}

    union all

    {{ users_leaving('gaps', 28) }}

    union all

    {{ users_leaving('gaps', 30) }}

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

        {{ zero_without_row('joining', 'activity_date', [
            'active_users', 'users_come_7', 'users_come_30',
            'new_users', 'returning_users', 'resurrected_users'
        ]) }},

        coalesce(leaving.users_gone_7, 0) as users_gone_7,
        coalesce(leaving.users_gone_30, 0) as users_gone_30,
        coalesce(leaving.users_gone_28, 0) as dormant_users,

        {{ zero_without_row('playing', 'activity_date', [
            'plays', 'streams', 'skips', 'skip_known_plays', 'completes',
            'completion_known_plays', 'listened_ms', 'sessions'
        ]) }}

    from dates
    left join joining
        on dates.activity_date = joining.activity_date
    left join playing
        on dates.activity_date = playing.activity_date
    left join leaving
        on dates.activity_date = leaving.activity_date

)

select * from int_daily_users
