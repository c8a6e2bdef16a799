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
active_dates as (

    select distinct activity_date
    from user_days

),

int_observed_dates as (

    select
        active_dates.activity_date,
        stretches.first_date as observed_since,
        stretches.last_date as observed_until
    from active_dates
    inner join stretches
        on
            active_dates.activity_date
            between stretches.first_date and stretches.last_date

)

select * from int_observed_dates
