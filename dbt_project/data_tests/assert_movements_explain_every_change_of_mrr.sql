-- In every month up to that of the last billed day, the movements of all users, those
-- that are not told included, come to what is paid for it more than for the month
-- before, and the users who come and go to the change of customers.
with

last_day as (

    select last_billed_date as billed_date
    from {{ ref('int_service_window') }}

),

paid as (

    select
        user_key,
        month_start_date,
        sum(amount_usd) as mrr_usd
    from {{ ref('int_observed_payments') }}
    where payment_status = 'succeeded'
    group by user_key, month_start_date
    having sum(amount_usd) > 0

),

-- Each month once as what it has, and once as what the next one has no more.
balances as (

    select
        month_start_date,
        mrr_usd,
        1 as customers
    from paid

    union all

    select
        cast({{ dbt.dateadd('month', 1, 'month_start_date') }} as date)
            as month_start_date,
        -mrr_usd as mrr_usd,
        -1 as customers
    from paid

),

changes as (

    select
        balances.month_start_date,
        sum(balances.mrr_usd) as change_usd,
        sum(balances.customers) as change_customers
    from balances
    inner join last_day
        on balances.month_start_date <= last_day.billed_date
    group by balances.month_start_date

),

movements as (

    select
        month_start_date,
        new_mrr_usd + upgrade_mrr_usd + downgrade_mrr_usd + reactivation_mrr_usd
        + churn_mrr_usd as change_usd,
        new_customers + reactivation_customers - churn_customers as change_customers
    from {{ ref('int_mrr_months') }}

)

select
    coalesce(changes.month_start_date, movements.month_start_date) as month_start_date,
    changes.change_usd,
    movements.change_usd as moved_usd,
    changes.change_customers,
    movements.change_customers as moved_customers
from changes
full outer join movements
    on changes.month_start_date = movements.month_start_date
where
    coalesce(changes.change_usd, 0) != coalesce(movements.change_usd, 0)
    or coalesce(changes.change_customers, 0) != coalesce(movements.change_customers, 0)
