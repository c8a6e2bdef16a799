with

delivered as (

    select * from {{ source('listening', 'users') }}

),

loaded_files as (

    select file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

stg_listening__users as (

    select
        cast(delivered.user_id as bigint) as user_key,

        cast(delivered.country as varchar(256)) as country_as_delivered,
        cast(delivered.country_match_name as varchar(256)) as country_match_name,
        cast(delivered.total_scrobbles as bigint) as total_scrobbles,

        cast(delivered.file_seq as integer) as file_seq,
        cast(delivered.line_number as bigint) as line_number

    from delivered
    inner join loaded_files
        on delivered.file_seq = loaded_files.file_seq

)

select * from stg_listening__users
