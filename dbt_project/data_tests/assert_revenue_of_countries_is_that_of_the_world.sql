-- Over the countries, `ZZ` included, every month and status has exactly the money and
-- the payments of the world, before anything is suppressed; and what the reports tell
-- is what there is.
with

world as (

    select
        month_start_date,
        payment_status,
        sum(amount_usd) as amount_usd,
        count(*) as payments
    from {{ ref('int_observed_payments') }}
    group by month_start_date, payment_status

),

cells as (

    select * from {{ ref('int_country_payments') }}

),

countries as (

    select
        month_start_date,
        payment_status,
        sum(amount_usd) as amount_usd,
        cast(sum(payments) as bigint) as payments
    from cells
    group by month_start_date, payment_status

),

different_months as (

    select
        coalesce(world.month_start_date, countries.month_start_date)
            as month_start_date,
        'ZZ' as country,
        'world' as difference_in
    from world
    full outer join countries
        on
            world.month_start_date = countries.month_start_date
            and world.payment_status = countries.payment_status
    where
        coalesce(world.amount_usd, -1) != coalesce(countries.amount_usd, -1)
        or coalesce(world.payments, -1) != coalesce(countries.payments, -1)

),

different_reports as (

    select
        revenue.month_start_date,
        revenue.country,
        'revenue_by_country' as difference_in
    from {{ ref('revenue_by_country') }} as revenue
    left join cells
        on
            revenue.month_start_date = cells.month_start_date
            and revenue.country = cells.country
            and cells.payment_status = 'succeeded'
    where
        revenue.revenue_usd != coalesce(cells.amount_usd, 0)
        or revenue.is_suppressed != coalesce(cells.is_suppressed, false)

),

different_arpu as (

    select
        arpu.month_start_date,
        arpu.country,
        'arpu_by_country' as difference_in
    from {{ ref('arpu_by_country') }} as arpu
    left join {{ ref('revenue_by_country') }} as revenue
        on
            arpu.month_start_date = revenue.month_start_date
            and arpu.country = revenue.country
    where
        arpu.revenue_usd != coalesce(revenue.revenue_usd, 0)
        or (revenue.is_suppressed and not arpu.is_suppressed)

)

select * from different_months

union all

select * from different_reports

union all

select * from different_arpu
