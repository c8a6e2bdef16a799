with

moved as (

    select * from {{ ref('int_mrr_months') }}

),

last_day as (

    select last_billed_date as billed_date
    from {{ ref('int_service_window') }}

),

-- A month in which nobody moves is a month too.
months as (

    select dates.month_start_date
    from {{ ref('dim_dates') }} as dates
    inner join last_day
        on dates.month_start_date <= last_day.billed_date
    where
        dates.month_start_date
        >= (select min(moved.month_start_date) from moved)

    union

    select month_start_date
    from moved

),

closed as (

    select
        months.month_start_date as month_of,
        moved.*,
        coalesce(sum(moved.change_usd) over (
            order by months.month_start_date
            rows between unbounded preceding and current row
        ), 0) as closing_usd,
        cast(coalesce(sum(moved.change_customers) over (
            order by months.month_start_date
            rows between unbounded preceding and current row
        ), 0) as bigint) as closing_users
    from months
    left join moved
        on months.month_start_date = moved.month_start_date

),

opened as (

    select
        closed.*,
        {{ is_whole_month('closed.month_of', 'last_day.billed_date') }} as is_complete,
        closed.closing_usd - coalesce(closed.change_usd, 0) as opening_usd,
        closed.closing_users - coalesce(closed.change_customers, 0) as opening_users
    from closed
    cross join last_day

),

judged as (

    select
        *,
        {{ is_small_cell('opening_users') }} as is_opening_suppressed,
        {{ is_small_cell('closing_users') }} as is_closing_suppressed,
        -- One would follow from the other and the movements.
        {{ is_small_cell('opening_users') }}
        or {{ is_small_cell('closing_users') }} as is_balance_suppressed
    from opened

),

told as (

    select
        month_of as month_start_date,
        is_complete,
        case when not is_opening_suppressed then opening_usd end as opening_mrr_usd,
        case when not is_opening_suppressed then opening_users end
            as opening_customers,
        {{ movement_told('new') }},
        {{ movement_told('upgrade') }},
        {{ movement_told('downgrade') }},
        {{ movement_told('reactivation') }},
        {{ movement_told('churn') }},
        case
            when is_complete and not is_closing_suppressed then closing_usd
        end as closing_mrr_usd,
        case
            when is_complete and not is_closing_suppressed then closing_users
        end as closing_customers,
        is_balance_suppressed
        or coalesce(is_movement_suppressed, false) as is_suppressed
    from judged

),

mrr_movements as (

    select
        month_start_date,
        is_complete,

        cast(opening_mrr_usd as decimal(18, 2)) as opening_mrr_usd,
        opening_customers,

        new_mrr_usd,
        new_customers,
        upgrade_mrr_usd,
        upgrade_customers,
        downgrade_mrr_usd,
        downgrade_customers,
        reactivation_mrr_usd,
        reactivation_customers,
        churn_mrr_usd,
        churn_customers,

        cast(closing_mrr_usd as decimal(18, 2)) as closing_mrr_usd,
        closing_customers,

        {{ share_columns('churn_share', 'churn_customers', 'opening_customers') }},

        is_suppressed

    from told

)

select * from mrr_movements
