with

delivered as (

    select * from {{ source('service', 'billing') }}

),

-- What lies above the last entry of the ledger was left by a crash. Only loaded files
-- have rows at all, and one comparison costs a quarter of a join over 25 million.
ledger as (

    select max(file_seq) as last_file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

stg_service__billing as (

    select
        cast(delivered.transaction_id as bigint) as transaction_id,
        cast(delivered.user_key as bigint) as user_key,

        cast(delivered.payment_method as varchar(32)) as payment_method,
        cast(delivered.amount as decimal(12, 2)) as amount,
        cast(delivered.currency as varchar(3)) as currency,
        cast(delivered.payment_status as varchar(16)) as payment_status,
        cast(delivered.billed_at as timestamp) as billed_at,
        cast(delivered.period as date) as month_start_date,

        cast(delivered.file_seq as integer) as file_seq,
        cast(delivered.line_number as bigint) as line_number

    from delivered
    cross join ledger
    where delivered.file_seq <= ledger.last_file_seq

)

select * from stg_service__billing
