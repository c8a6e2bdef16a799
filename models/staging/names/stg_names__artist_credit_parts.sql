with

delivered as (

    select * from {{ source('names', 'artist_credit_parts') }}

),

loaded_files as (

    select file_seq
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
    inner join loaded_files
        on delivered.file_seq = loaded_files.file_seq

)

select * from stg_names__artist_credit_parts
