with

calendar as (

    select * from {{ ref('dim_dates') }}

),

daily_users as (

    select * from {{ ref('int_daily_users') }}

),

lifecycle_days as (

    select * from {{ ref('int_lifecycle_days') }}

),

observed as (

    select * from {{ ref('int_service_stretches') }}
    where
        subject = 'plays'
        and is_observed

),

days as (

    select
        calendar.date_day as activity_date,
        {{ dbt.datediff(
            'observed.first_date', 'calendar.date_day', 'day'
        ) }} + 1 as days_observed,
        {{ users_of_window(7, 'observed.first_date', 'calendar.date_day') }} as wau,
        {{ users_of_window(30, 'observed.first_date', 'calendar.date_day') }} as mau,
        coalesce(daily_users.active_users, 0) as dau,
        {{ zero_without_row('daily_users', 'activity_date', [
            'plays', 'streams', 'skips', 'skip_known_plays', 'completes',
            'completion_known_plays', 'listened_ms', 'sessions'
        ]) }},
        {{ zero_without_row('lifecycle_days', 'activity_date', [
            'new_users', 'returning_users', 'resurrected_users', 'dormant_users'
        ]) }},
        coalesce(lifecycle_days.is_suppressed, false) as is_lifecycle_suppressed
    from calendar
    inner join observed
        on calendar.date_day between observed.first_date and observed.last_date
    left join daily_users
        on calendar.date_day = daily_users.activity_date
    left join lifecycle_days
        on calendar.date_day = lifecycle_days.activity_date

),

judged as (

    select
        *,
        {{ is_small_cell('dau') }}
        or {{ is_small_cell('wau') }}
        or {{ is_small_cell('mau') }} as is_suppressed
    from days

),

told as (

    select
        activity_date,
        {{ unless_suppressed([
            'dau',
            'new_users', 'returning_users', 'resurrected_users', 'dormant_users',
            'plays', 'streams', 'skips', 'skip_known_plays', 'completes',
            'completion_known_plays', 'listened_ms', 'sessions'
        ]) }},
        -- A window that begins before the first observed day is not known yet.
        case when not is_suppressed and days_observed >= 7 then wau end as full_wau,
        case when not is_suppressed and days_observed >= 30 then mau end as full_mau,
        is_lifecycle_suppressed and not is_suppressed as is_lifecycle_suppressed,
        is_suppressed
    from judged

),

engagement_daily as (

    select
        activity_date,

        dau,
        full_wau as wau,
        full_mau as mau,
        {{ share_columns('stickiness', 'dau', 'full_mau') }},

        new_users,
        returning_users,
        resurrected_users,
        dormant_users,
        is_lifecycle_suppressed,

        sessions,
        plays,
        streams,
        listened_ms,
        listened_ms / (
            60000 * nullif(cast(dau as double precision), 0)
        ) as minutes_per_active_user,

        skips,
        skip_known_plays,
        {{ share_columns('skip_share', 'skips', 'skip_known_plays') }},

        completes,
        completion_known_plays,
        {{ share_columns('completion_share', 'completes', 'completion_known_plays') }},

        is_suppressed

    from told

)

select * from engagement_daily
