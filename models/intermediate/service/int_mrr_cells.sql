with

changes as (

    select * from {{ ref('int_mrr_changes') }}

),

cells as (

    select
        month_start_date,
        movement,
        movement in ('new', 'reactivation', 'churn') as moves_customers,
        count(*) as customers,
        cast(sum(change_usd) as decimal(18, 2)) as change_usd
    from changes
    group by month_start_date, movement

),

-- Two sums hold in a month: of money over all movements, and of customers over those
-- by which customers come and go.
int_mrr_cells as (

    select
        month_start_date,
        movement,
        customers,
        change_usd,
        {{ is_suppressed_cell('customers', 'month_start_date', 'movement') }}
        or {{ is_suppressed_cell(
            'customers', 'month_start_date, moves_customers', 'movement'
        ) }} as is_suppressed,
        {{ is_suppressed_cell(
            'customers', 'month_start_date, moves_customers', 'movement'
        ) }} as is_count_suppressed
    from cells

)

select * from int_mrr_cells
