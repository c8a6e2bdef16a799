with

delivered as (

    select * from {{ source('names', 'artist_spellings') }}

),

-- What lies above the last entry of the ledger was left by a crash. Only loaded files
-- have rows at all, and one comparison costs a quarter of a join over 25 million.
ledger as (

    select max(file_seq) as last_file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

stg_names__artist_spellings as (

    select
        cast(delivered.artist_name_key as bigint) as artist_name_key,
        cast(delivered.match_key as bigint) as match_key,
        cast(delivered.mbid_key as bigint) as mbid_key,

        cast(delivered.source as varchar(64)) as source_name,
        cast(delivered.table_name as varchar(64)) as table_name,
        cast(delivered.artist_name as varchar(1024)) as artist_name,
        cast(delivered.mbid as varchar(36)) as mbid,

        cast(delivered.row_count as bigint) as row_count,

        cast(delivered.file_seq as integer) as file_seq

    from delivered
    cross join ledger
    where delivered.file_seq <= ledger.last_file_seq

)

select * from stg_names__artist_spellings
