-- What a month closes with, where it is told, is what users pay for it; no month opens
-- with anything but what the former one closed with.
with

paid as (

    select
        month_start_date,
        sum(revenue_usd) as revenue_usd,
        count(case when revenue_usd > 0 then 1 end) as customers
    from {{ ref('int_monthly_revenue_per_user') }}
    group by month_start_date

),

months as (

    select
        *,
        lag(closing_mrr_usd) over (order by month_start_date) as former_mrr_usd,
        lag(closing_customers) over (order by month_start_date) as former_customers
    from {{ ref('mrr_movements') }}

)

select
    months.month_start_date,
    months.closing_mrr_usd,
    paid.revenue_usd,
    months.closing_customers,
    paid.customers
from months
left join paid
    on months.month_start_date = paid.month_start_date
where
    months.closing_mrr_usd != coalesce(paid.revenue_usd, 0)
    or months.closing_customers != coalesce(paid.customers, 0)
    or months.opening_mrr_usd != months.former_mrr_usd
    or months.opening_customers != months.former_customers
