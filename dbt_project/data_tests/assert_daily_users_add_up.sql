-- Whoever was active in the 28 days before a day and is so still, is neither new nor
-- back nor dormant: users of 28 days change by those who come less those who go. Counted
-- afresh, user by user, on the last observed day; on the way there the windows are nested, which
-- the tests of `engagement_daily` see.
{{ config(group='service') }}

with

user_days as (

    select * from {{ ref('int_observed_user_days') }}

),

last_day as (

    select
        played_since,
        last_played_date as activity_date
    from {{ ref('int_service_window') }}

),

counted as (

    select
        count(distinct case
            when user_days.activity_date
                > {{ dbt.dateadd('day', -7, 'last_day.activity_date') }}
                then user_days.user_key
        end) as users_7_days,
        count(distinct case
            when user_days.activity_date
                > {{ dbt.dateadd('day', -28, 'last_day.activity_date') }}
                then user_days.user_key
        end) as users_28_days,
        count(distinct case
            when user_days.activity_date
                > {{ dbt.dateadd('day', -30, 'last_day.activity_date') }}
                then user_days.user_key
        end) as users_30_days
    from user_days
    inner join last_day
        on user_days.activity_date >= last_day.played_since

),

added_up as (

    select
        cast(coalesce(sum(
            daily_users.users_come_7 - daily_users.users_gone_7
        ), 0) as bigint) as users_7_days,
        cast(coalesce(sum(
            daily_users.new_users
            + daily_users.resurrected_users
            - daily_users.dormant_users
        ), 0) as bigint) as users_28_days,
        cast(coalesce(sum(
            daily_users.users_come_30 - daily_users.users_gone_30
        ), 0) as bigint) as users_30_days
    from {{ ref('int_daily_users') }} as daily_users
    inner join last_day
        on
            daily_users.activity_date >= last_day.played_since
            and daily_users.activity_date <= last_day.activity_date

)

select
    counted.users_7_days,
    counted.users_28_days,
    counted.users_30_days,
    added_up.users_7_days as added_up_7_days,
    added_up.users_28_days as added_up_28_days,
    added_up.users_30_days as added_up_30_days
from counted
cross join added_up
where
    counted.users_7_days != added_up.users_7_days
    or counted.users_28_days != added_up.users_28_days
    or counted.users_30_days != added_up.users_30_days
