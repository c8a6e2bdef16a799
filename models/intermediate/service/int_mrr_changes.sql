with

last_day as (

    select last_billed_date as billed_date
    from {{ ref('int_service_window') }}

),

-- What is paid in advance recurs when its month has come.
paid_months as (

    select
        revenue.user_key,
        revenue.month_start_date,
        revenue.revenue_usd as mrr_usd
    from {{ ref('int_monthly_revenue_per_user') }} as revenue
    inner join last_day
        on revenue.month_start_date <= last_day.billed_date
    where revenue.revenue_usd > 0

),

neighbours as (

    select
        *,
        lag(month_start_date) over (
            partition by user_key order by month_start_date
        ) as previous_month,
        lag(mrr_usd) over (
            partition by user_key order by month_start_date
        ) as previous_mrr_usd,
        lead(month_start_date) over (
            partition by user_key order by month_start_date
        ) as next_month
    from paid_months

),

months_apart as (

    select
        *,
        {{ dbt.datediff('previous_month', 'month_start_date', 'month') }}
            as months_since,
        {{ dbt.datediff('month_start_date', 'next_month', 'month') }}
            as months_until,
        cast({{ dbt.dateadd('month', 1, 'month_start_date') }} as date)
            as following_month
    from neighbours

),

comings as (

    select
        user_key,
        month_start_date,
        case
            when months_since is null then 'new'
            when months_since > 1 then 'reactivation'
            when mrr_usd > previous_mrr_usd then 'upgrade'
            else 'downgrade'
        end as movement,
        case
            when months_since = 1 then mrr_usd - previous_mrr_usd else mrr_usd
        end as change_usd
    from months_apart
    where
        months_since is null
        or months_since > 1
        or mrr_usd != previous_mrr_usd

),

goings as (

    select
        months_apart.user_key,
        months_apart.following_month as month_start_date,
        'churn' as movement,
        -months_apart.mrr_usd as change_usd
    from months_apart
    inner join last_day
        on months_apart.following_month <= last_day.billed_date
    where
        months_apart.months_until is null
        or months_apart.months_until > 1

),

changes as (

    select * from comings

    union all

    select * from goings

),

int_mrr_changes as (

    select
        user_key,
        month_start_date,
        cast(movement as varchar(16)) as movement,
        cast(change_usd as decimal(18, 2)) as change_usd
    from changes

)

select * from int_mrr_changes
