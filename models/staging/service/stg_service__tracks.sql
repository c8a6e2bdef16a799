with

delivered as (

    select * from {{ source('service', 'tracks') }}

),

-- What lies above the last entry of the ledger was left by a crash. Only loaded files
-- have rows at all, and one comparison costs a quarter of a join over 25 million.
ledger as (

    select max(file_seq) as last_file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

stg_service__tracks as (

    select
        cast(delivered.track_key as bigint) as track_key,
        cast(delivered.artist_name_key as bigint) as artist_name_key,

        cast(delivered.track_id as varchar(64)) as track_id,
        cast(delivered.track_name as varchar(2048)) as track_name,
        cast(delivered.artist_name as varchar(1024)) as artist_name,
        cast(delivered.duration_ms as bigint) as duration_ms,

        cast(delivered.file_seq as integer) as file_seq,
        cast(delivered.line_number as bigint) as line_number

    from delivered
    cross join ledger
    where delivered.file_seq <= ledger.last_file_seq

)

select * from stg_service__tracks
