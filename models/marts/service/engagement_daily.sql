with

calendar as (

    select * from {{ ref('dim_dates') }}

),

daily_users as (

    select * from {{ ref('int_daily_users') }}

),

observed as (

    select
        min(activity_date) as first_date,
        max(activity_date) as last_date
    from daily_users
    where active_users > 0

),

days as (

    select
        calendar.date_day as activity_date,
        {{ dbt.datediff(
            'observed.first_date', 'calendar.date_day', 'day'
        ) }} + 1 as days_observed,
        coalesce(daily_users.active_users, 0) as dau,
        cast(sum(
            coalesce(daily_users.users_come_7 - daily_users.users_gone_7, 0)
        ) over (
            order by calendar.date_day rows between unbounded preceding and current row
        ) as bigint) as wau,
        cast(sum(
            coalesce(daily_users.users_come_30 - daily_users.users_gone_30, 0)
        ) over (
            order by calendar.date_day rows between unbounded preceding and current row
        ) as bigint) as mau,
        coalesce(daily_users.new_users, 0) as new_users,
        coalesce(daily_users.returning_users, 0) as returning_users,
        coalesce(daily_users.resurrected_users, 0) as resurrected_users,
        coalesce(daily_users.dormant_users, 0) as dormant_users,
        coalesce(daily_users.plays, 0) as plays,
        coalesce(daily_users.streams, 0) as streams,
        coalesce(daily_users.skips, 0) as skips,
        coalesce(daily_users.skip_known_plays, 0) as skip_known_plays,
        coalesce(daily_users.completes, 0) as completes,
        coalesce(daily_users.completion_known_plays, 0) as completion_known_plays,
        coalesce(daily_users.listened_ms, 0) as listened_ms,
        coalesce(daily_users.sessions, 0) as sessions
    from calendar
    inner join observed
        on calendar.date_day between observed.first_date and observed.last_date
    left join daily_users
        on calendar.date_day = daily_users.activity_date

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
        -- A window that begins before the first delivered day is not known yet.
        case when not is_suppressed and days_observed >= 7 then wau end as full_wau,
        case when not is_suppressed and days_observed >= 30 then mau end as full_mau,
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
