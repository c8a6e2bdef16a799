-- What is missing from a total of countries or plans is nobody's or that of
-- `min_cell_users` people, unless the total itself is of fewer.
with

cells as (

    select
        month_start_date,
        payment_status as total_of,
        users,
        is_suppressed
    from {{ ref('int_country_payments') }}

    union all

    select
        month_start_date,
        'active' as total_of,
        active_users as users,
        is_suppressed
    from {{ ref('int_country_activity') }}

    union all

    select
        month_start_date,
        'movements' as total_of,
        customers as users,
        is_suppressed
    from {{ ref('int_mrr_cells') }}

    union all

    select
        month_start_date,
        'customers' as total_of,
        customers as users,
        is_count_suppressed as is_suppressed
    from {{ ref('int_mrr_cells') }}
    where movement in ('new', 'reactivation', 'churn')

    union all

    select
        activity_week as month_start_date,
        'cohorts' as total_of,
        active_users as users,
        is_suppressed
    from {{ ref('int_cohort_weeks') }}

),

totals as (

    select
        month_start_date,
        total_of,
        sum(users) as users,
        sum(case when is_suppressed then users else 0 end) as missing_users,
        min(case when not is_suppressed then users end) as fewest_told
    from cells
    group by month_start_date, total_of

)

select *
from totals
where
    fewest_told < {{ var('min_cell_users') }}
    or (
        missing_users between 1 and {{ var('min_cell_users') - 1 }}
        and missing_users < users
    )
