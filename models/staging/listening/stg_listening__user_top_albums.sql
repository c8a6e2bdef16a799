with

delivered as (

    select * from {{ source('listening', 'user_top_albums') }}

),

-- What lies above the last entry of the ledger was left by a crash. Only loaded files
-- have rows at all, and one comparison costs a quarter of a join over 25 million.
ledger as (

    select max(file_seq) as last_file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

stg_listening__user_top_albums as (

    select
        cast(delivered.user_id as bigint) as user_key,
        cast(delivered.rank as integer) as user_rank,
        cast(delivered.artist_name_key as bigint) as artist_name_key,

        cast(delivered.album_name as varchar(2048)) as album_name,
        cast(delivered.artist_name as varchar(1024)) as artist_name,
        cast(delivered.mbid as varchar(36)) as album_mbid,

        cast(delivered.playcount as bigint) as playcount,

        cast(delivered.file_seq as integer) as file_seq,
        cast(delivered.line_number as bigint) as line_number

    from delivered
    cross join ledger
    where delivered.file_seq <= ledger.last_file_seq

)

select * from stg_listening__user_top_albums
