with

payments as (

    select * from {{ ref('int_observed_payments') }}

),

int_monthly_revenue_per_user as (

    select
        user_key,
        month_start_date,

        country,

        count(*) as payments,
        cast(sum(amount_usd) as decimal(18, 2)) as revenue_usd

    from payments
    where payment_status = 'succeeded'
    group by user_key, month_start_date, country

)

select * from int_monthly_revenue_per_user
