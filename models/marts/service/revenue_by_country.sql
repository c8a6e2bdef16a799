with

cells as (

    select * from {{ ref('int_country_payments') }}

),

last_day as (

    select last_billed_date as billed_date
    from {{ ref('int_service_window') }}

),

country_months as (

    select
        month_start_date,
        country,
        {{ payment_cell(
            'succeeded', 'paying_users', 'payments', 'revenue_usd', 'is_suppressed'
        ) }},
        {{ payment_cell(
            'refunded', 'refunded_users', 'refunds', 'refunded_usd',
            'is_refunded_suppressed'
        ) }},
        {{ payment_cell(
            'failed', 'failed_users', 'failed_payments', 'failed_usd',
            'is_failed_suppressed'
        ) }},
        {{ payment_cell(
            'pending', 'pending_users', 'pending_payments', 'pending_usd',
            'is_pending_suppressed'
        ) }}
    from cells
    group by month_start_date, country

),

revenue_by_country as (

    select
        country_months.month_start_date,
        country_months.country,
        {{ is_whole_month(
            'country_months.month_start_date', 'last_day.billed_date'
        ) }} as is_complete,

        country_months.paying_users,
        country_months.payments,
        cast(country_months.revenue_usd as decimal(18, 2)) as revenue_usd,
        country_months.is_suppressed,

        country_months.refunded_users,
        country_months.refunds,
        cast(country_months.refunded_usd as decimal(18, 2)) as refunded_usd,
        country_months.is_refunded_suppressed,

        country_months.failed_users,
        country_months.failed_payments,
        cast(country_months.failed_usd as decimal(18, 2)) as failed_usd,
        country_months.is_failed_suppressed,

        country_months.pending_users,
        country_months.pending_payments,
        cast(country_months.pending_usd as decimal(18, 2)) as pending_usd,
        country_months.is_pending_suppressed

    from country_months
    cross join last_day

)

select * from revenue_by_country
