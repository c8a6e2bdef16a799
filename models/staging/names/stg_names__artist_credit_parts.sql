with

delivered as (

    select * from {{ source('names', 'artist_credit_parts') }}

),

-- What lies above the last entry of the ledger was left by a crash. Only loaded files
-- have rows at all, and one comparison costs a quarter of a join over 25 million.
ledger as (

    select max(file_seq) as last_file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

stg_names__artist_credit_parts as (

    select
        cast(delivered.artist_name_key as bigint) as artist_name_key,
        cast(delivered.part_number as integer) as part_number,
        cast(delivered.part_match_key as bigint) as part_match_key,

        cast(delivered.part_name as varchar(1024)) as part_name,

        cast(delivered.file_seq as integer) as file_seq

    from delivered
    cross join ledger
    where delivered.file_seq <= ledger.last_file_seq

)

select * from stg_names__artist_credit_parts
