with

files as (

    select * from {{ ref('stg_deliveries__files') }}
    where
        state = 'loaded'
        and source_name = 'service'
        and table_name = 'billing'

),

payments as (

    select * from {{ ref('int_payments') }}

),

observed_payments as (

    select * from {{ ref('int_observed_payments') }}

),

current_rows as (

    select
        payments.file_seq,
        count(*) as current_payments,
        count(case when not payments.is_known_user then 1 end) as unknown_users,
        count(case when observed_payments.transaction_id is null then 1 end)
            as outside_observed_span
    from payments
    left join observed_payments
        on payments.transaction_id = observed_payments.transaction_id
    group by payments.file_seq

),

payment_reconciliation as (

    select
        files.file_seq,

        files.file_name,

        files.rows_loaded,
        coalesce(current_rows.current_payments, 0) as current_payments,
        files.rows_loaded - coalesce(current_rows.current_payments, 0)
            as superseded_payments,

        coalesce(current_rows.unknown_users, 0) as unknown_users,
        coalesce(current_rows.outside_observed_span, 0) as outside_observed_span

    from files
    left join current_rows
        on files.file_seq = current_rows.file_seq

)

select * from payment_reconciliation
