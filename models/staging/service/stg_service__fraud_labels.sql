with

delivered as (

    select * from {{ source('service', 'fraud_labels') }}

),

-- What lies above the last entry of the ledger was left by a crash. Only loaded files
-- have rows at all, and one comparison costs a quarter of a join over 25 million.
ledger as (

    select max(file_seq) as last_file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

stg_service__fraud_labels as (

    select
        cast(delivered.user_key as bigint) as user_key,

        cast(delivered.label as varchar(32)) as label,

        cast(delivered.file_seq as integer) as file_seq,
        cast(delivered.line_number as bigint) as line_number

    from delivered
    cross join ledger
    where delivered.file_seq <= ledger.last_file_seq

)

select * from stg_service__fraud_labels
