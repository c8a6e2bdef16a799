with

top_artists as (

    select
        user_key,
        max(file_seq) as file_seq
    from {{ ref('stg_listening__user_top_artists') }}
    group by user_key

),

top_tracks as (

    select
        user_key,
        max(file_seq) as file_seq
    from {{ ref('stg_listening__user_top_tracks') }}
    group by user_key

),

top_albums as (

    select
        user_key,
        max(file_seq) as file_seq
    from {{ ref('stg_listening__user_top_albums') }}
    group by user_key

),

ledger as (

    select max(file_seq) as last_file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

current_files as (

    select file_seq
    from top_artists

    union

    select file_seq
    from top_tracks

    union

    select file_seq
    from top_albums

),

int_current_files as (

    select
        current_files.file_seq,
        ledger.last_file_seq
    from current_files
    cross join ledger

)

select * from int_current_files
