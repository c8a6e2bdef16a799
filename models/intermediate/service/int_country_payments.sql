with

payments as (

    select * from {{ ref('int_observed_payments') }}

),

cells as (

    select
        month_start_date,
        country,
        payment_status,

        count(distinct user_key) as users,
        count(*) as payments,
        cast(sum(amount_usd) as decimal(18, 2)) as amount_usd

    from payments
    group by month_start_date, country, payment_status

),

int_country_payments as (

    select
        *,
        {{ is_suppressed_cell(
            'users', 'month_start_date, payment_status', 'country'
        ) }} as is_suppressed
    from cells

)

select * from int_country_payments
