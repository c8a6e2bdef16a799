with

plays as (

    select * from {{ ref('int_user_artist_plays') }}

),

int_trained_artists as (

    select
        artist_key,

        count(*) as listeners,
        max(built_through_file_seq) as trained_through_file_seq

    from plays
    group by artist_key

)

select * from int_trained_artists
