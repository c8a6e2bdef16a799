with

users as (

    select
        user_key,
        cast({{ dbt.date_trunc('week', 'registration_date') }} as date) as signup_week
    from {{ ref('int_service_users') }}

),

user_weeks as (

    select distinct
        user_key,
        cast({{ dbt.date_trunc('week', 'activity_date') }} as date) as activity_week
    from {{ ref('int_user_days') }}

),

observed as (

    select
        min(activity_date) as first_date,
        max(activity_date) as last_date
    from {{ ref('int_user_days') }}

),

ages as (

    select row_number() over (order by date_day) - 1 as age_weeks
    from {{ ref('dim_dates') }}

),

cohorts as (

    select
        users.signup_week,
        count(*) as cohort_users
    from users
    inner join observed
        on users.signup_week <= observed.last_date
    group by users.signup_week

),

active as (

    select
        users.signup_week,
        user_weeks.activity_week,
        count(*) as active_users
    from users
    inner join user_weeks
        on users.user_key = user_weeks.user_key
    group by users.signup_week, user_weeks.activity_week

),

cells as (

    select
        cohorts.signup_week,
        cohorts.cohort_users,
        cast(ages.age_weeks as integer) as age_weeks,
        cast({{ dbt.dateadd(
            'day', '7 * ages.age_weeks', 'cohorts.signup_week'
        ) }} as date) as activity_week
    from cohorts
    inner join ages
        on ages.age_weeks <= {{ var('retention_weeks') }}

),

-- A week is known when all of it lies between the first and the last delivered day.
judged as (

    select
        cells.*,
        coalesce(active.active_users, 0) as active_users,
        cells.activity_week >= observed.first_date
        and {{ dbt.dateadd('day', 6, 'cells.activity_week') }}
        <= observed.last_date as is_observable,
        {{ is_small_cell('cells.cohort_users') }} as is_suppressed
    from cells
    cross join observed
    left join active
        on
            cells.signup_week = active.signup_week
            and cells.activity_week = active.activity_week

),

told as (

    select
        signup_week,
        age_weeks,
        activity_week,
        {{ unless_suppressed(['cohort_users']) }},
        case when is_observable and not is_suppressed then active_users end
            as active_users,
        is_observable,
        is_suppressed
    from judged

),

retention_cohorts as (

    select
        signup_week,
        age_weeks,
        activity_week,

        cohort_users,
        active_users,
        {{ share_columns('retention_share', 'active_users', 'cohort_users') }},

        is_observable,
        is_suppressed

    from told

)

select * from retention_cohorts
