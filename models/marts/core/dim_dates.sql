with

digits as (

    select 0 as digit
    union all
    select 1 as digit
    union all
    select 2 as digit
    union all
    select 3 as digit
    union all
    select 4 as digit
    union all
    select 5 as digit
    union all
    select 6 as digit
    union all
    select 7 as digit
    union all
    select 8 as digit
    union all
    select 9 as digit

),

day_numbers as (

    select
        ones.digit
        + 10 * tens.digit
        + 100 * hundreds.digit
        + 1000 * thousands.digit
        + 10000 * ten_thousands.digit as day_number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as ten_thousands

),

-- The calendar ends with the year of the latest delivery, not with the clock.
bounds as (

    select
        cast('{{ var("calendar_start_date") }}' as date) as first_date,
        max(extract(year from arrived_at)) as last_year
    from {{ ref('stg_deliveries__files') }}

),

days as (

    select
        cast({{ dbt.dateadd(
            'day', 'day_numbers.day_number', 'bounds.first_date'
        ) }} as date) as date_day,
        bounds.last_year
    from day_numbers
    cross join bounds

),

dim_dates as (

    select
        date_day,

        cast(extract(year from date_day) as integer) as year_number,
        cast(extract(quarter from date_day) as integer) as quarter_of_year,
        cast(extract(month from date_day) as integer) as month_of_year,
        cast(extract(day from date_day) as integer) as day_of_month,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start_date

    from days
    where extract(year from date_day) <= last_year

)

select * from dim_dates
