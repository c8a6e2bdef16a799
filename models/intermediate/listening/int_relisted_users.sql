with

top_artists as (

    select * from {{ ref('stg_listening__user_top_artists') }}

),

-- Lists count as far as the names in them have been read: what arrives in the middle
-- of a run waits for the next.
latest_file as (

    select max(built_through_file_seq) as file_seq
    from {{ ref('int_artist_names') }}

),

int_relisted_users as (

    select
        top_artists.user_key,
        max(top_artists.file_seq) as latest_file_seq
    from top_artists
    inner join latest_file
        on top_artists.file_seq <= latest_file.file_seq
    group by top_artists.user_key
    having min(top_artists.file_seq) < max(top_artists.file_seq)

)

select * from int_relisted_users
