with

user_days as (

    select * from {{ ref('int_user_days') }}

),

observed_dates as (

    select * from {{ ref('int_observed_dates') }}

),

-- Nothing else is carried along where days are sorted by user.
neighbours as (

    select
        user_key,
        activity_date,
        lag(activity_date) over (
            partition by user_key order by activity_date
        ) as previous_date,
        lead(activity_date) over (
            partition by user_key order by activity_date
        ) as next_date
    from user_days
    where activity_date in (select observed_dates.activity_date from observed_dates)

),

-- Each observed stretch begins with nobody: what was before it is not known.
int_user_day_gaps as (

    select
        neighbours.user_key,
        neighbours.activity_date,
        observed_dates.observed_until,

        neighbours.previous_date is null as is_first,
        {{ dbt.datediff(
            'case when neighbours.previous_date >= observed_dates.observed_since'
            ~ ' then neighbours.previous_date end',
            'neighbours.activity_date',
            'day'
        ) }} as days_since,
        {{ dbt.datediff(
            'neighbours.activity_date',
            'case when neighbours.next_date <= observed_dates.observed_until'
            ~ ' then neighbours.next_date end',
            'day'
        ) }} as days_until
    from neighbours
    inner join observed_dates
        on neighbours.activity_date = observed_dates.activity_date

)

select * from int_user_day_gaps
