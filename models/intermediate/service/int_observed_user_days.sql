with

user_days as (

    select * from {{ ref('int_user_days') }}

),

observed_dates as (

    select * from {{ ref('int_observed_dates') }}

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
