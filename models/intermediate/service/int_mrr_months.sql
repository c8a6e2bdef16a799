with

cells as (

    select * from {{ ref('int_mrr_cells') }}

),

pivoted as (

    select
        month_start_date,
        {{ movement_cell('new') }},
        {{ movement_cell('upgrade') }},
        {{ movement_cell('downgrade') }},
        {{ movement_cell('reactivation') }},
        {{ movement_cell('churn') }},
        cast(sum(change_usd) as decimal(18, 2)) as change_usd,
        bool_or(is_suppressed) as is_movement_suppressed
    from cells
    group by month_start_date

),

int_mrr_months as (

    select
        *,
        new_customers + reactivation_customers - churn_customers as change_customers
    from pivoted

)

select * from int_mrr_months
