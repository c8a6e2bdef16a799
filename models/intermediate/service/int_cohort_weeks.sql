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

-- Over the cohorts a week's active users add up to all of them.
int_cohort_weeks as (

    select
        *,
        {{ is_suppressed_cell('active_users', 'activity_week', 'signup_week') }}
            as is_suppressed
    from active

)

select * from int_cohort_weeks
