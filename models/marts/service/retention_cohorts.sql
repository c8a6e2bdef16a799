with

users as (

    select
        user_key,
        cast({{ dbt.date_trunc('week', 'registration_date') }} as date) as signup_week
    from {{ ref('int_service_users') }}

),

cohort_weeks as (

    select * from {{ ref('int_cohort_weeks') }}

),

service_window as (

    select * from {{ ref('int_service_window') }}

),

observed as (

    select * from {{ ref('int_service_stretches') }}
    where
        subject = 'plays'
        and is_observed

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
    inner join service_window
        on users.signup_week <= service_window.last_played_date
    group by users.signup_week

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

-- A week is known when all of it lies within observed days.
judged as (

    select
        cells.*,
        coalesce(cohort_weeks.active_users, 0) as active_users,
        observed.subject is not null as is_observable,
        {{ is_small_cell('cells.cohort_users') }} as is_small_cohort,
        {{ is_small_cell('cells.cohort_users') }}
        or (
            observed.subject is not null
            and coalesce(cohort_weeks.is_suppressed, false)
        ) as is_suppressed
    from cells
    left join observed
        on
            cells.activity_week >= observed.first_date
            and {{ dbt.dateadd('day', 6, 'cells.activity_week') }}
            <= observed.last_date
    left join cohort_weeks
        on
            cells.signup_week = cohort_weeks.signup_week
            and cells.activity_week = cohort_weeks.activity_week

),

told as (

    select
        signup_week,
        age_weeks,
        activity_week,
        case when not is_small_cohort then cohort_users end as cohort_users,
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
