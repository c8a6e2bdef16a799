with

user_days as (

    select * from {{ ref('int_user_days') }}

),

stretches as (

    select * from {{ ref('int_service_stretches') }}
    where
        subject = 'plays'
        and is_observed

),

-- Dates are few: only they are compared with bounds, so that users need not be.
observed_dates as (

    select
        active_dates.activity_date,
        stretches.first_date as observed_since,
        stretches.last_date as observed_until
    from (select distinct activity_date from user_days) as active_dates
    inner join stretches
        on
            active_dates.activity_date
            between stretches.first_date and stretches.last_date

),

int_observed_user_days as (

    select
        user_days.*,
        observed_dates.observed_since,
        observed_dates.observed_until
    from user_days
    inner join observed_dates
        on user_days.activity_date = observed_dates.activity_date

)

select * from int_observed_user_days
