with

daily_users as (

    select * from {{ ref('int_daily_users') }}

),

cells as (

    select
        activity_date,
        'new' as lifecycle,
        true as is_active,
        new_users as users
    from daily_users

    union all

    select
        activity_date,
        'returning' as lifecycle,
        true as is_active,
        returning_users as users
    from daily_users

    union all

    select
        activity_date,
        'resurrected' as lifecycle,
        true as is_active,
        resurrected_users as users
    from daily_users

    union all

    select
        activity_date,
        'dormant' as lifecycle,
        false as is_active,
        dormant_users as users
    from daily_users

),

-- Whoever is active is new, returning or back, so that one follows from the others.
judged as (

    select
        *,
        {{ is_suppressed_cell('users', 'activity_date, is_active', 'lifecycle') }}
            as is_suppressed
    from cells

),

told as (

    select
        activity_date,
        lifecycle,
        {{ unless_suppressed(['users']) }},
        is_suppressed
    from judged

),

int_lifecycle_days as (

    select
        activity_date,
        max(case when lifecycle = 'new' then users end) as new_users,
        max(case when lifecycle = 'returning' then users end) as returning_users,
        max(case when lifecycle = 'resurrected' then users end) as resurrected_users,
        max(case when lifecycle = 'dormant' then users end) as dormant_users,
        bool_or(is_suppressed) as is_suppressed
    from told
    group by activity_date

)

select * from int_lifecycle_days
