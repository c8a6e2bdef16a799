with

user_days as (

    select * from {{ ref('int_user_days') }}

),

active_dates as (

    select distinct activity_date
    from user_days

),

-- A stretch of which nothing was delivered would have everybody leave.
observed as (

    select
        played_since as first_date,
        last_played_date as last_date
    from {{ ref('int_service_window') }}
    where last_played_date is not null

),

-- 0, 1, 2, … for as long as there may be dates so far back.
steps as (

    select row_number() over (order by activity_date) - 1 as step
    from active_dates

),

dates as (

    select
        steps.step,
        observed.first_date,
        cast({{ dbt.dateadd(
            'day', '1 - ' ~ var('churn_days') ~ ' * steps.step', 'observed.last_date'
        ) }} as date) as as_of_date
    from steps
    cross join observed
    where steps.step <= {{ var('churn_most_dates') }}

),

windows as (

    select
        *,
        cast({{ dbt.dateadd(
            'day', -2 * var('churn_days') | int, 'as_of_date'
        ) }} as date) as features_from,
        cast({{ dbt.dateadd(
            'day', var('churn_days') | int - 1, 'as_of_date'
        ) }} as date) as outcome_until
    from dates

),

-- The latest date is the day after the last of the data: what comes of it nobody knows.
int_churn_dates as (

    select
        as_of_date,
        features_from,
        outcome_until,
        step > 0 as is_observed
    from windows
    where step = 0 or features_from >= first_date

)

select * from int_churn_dates
