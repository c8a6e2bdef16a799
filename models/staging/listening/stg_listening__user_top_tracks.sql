with

delivered as (

    select * from {{ source('listening', 'user_top_tracks') }}

),

loaded_files as (

    select file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

stg_listening__user_top_tracks as (

    select
        cast(delivered.user_id as bigint) as user_key,
        cast(delivered.rank as integer) as user_rank,
        cast(delivered.artist_name_key as bigint) as artist_name_key,

        cast(delivered.track_name as varchar(2048)) as track_name,
        cast(delivered.artist_name as varchar(1024)) as artist_name,
        cast(delivered.mbid as varchar(36)) as track_mbid,

        cast(delivered.playcount as bigint) as playcount,

        cast(delivered.file_seq as integer) as file_seq,
        cast(delivered.line_number as bigint) as line_number

    from delivered
    inner join loaded_files
        on delivered.file_seq = loaded_files.file_seq

)

select * from stg_listening__user_top_tracks
