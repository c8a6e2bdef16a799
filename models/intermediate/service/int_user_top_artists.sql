with

top_artists as (

    select * from {{ ref('int_user_top_artist_keys') }}
    where plays > 0

),

tracks as (

    select * from {{ ref('int_service_tracks') }}

),

artists as (

    select
        artist_name_key,
        min(artist_name) as artist_name
    from tracks
    group by artist_name_key

),

int_user_top_artists as (

    select
        top_artists.user_key,
        top_artists.artist_name_key,

        artists.artist_name,
        top_artists.plays

    from top_artists
    inner join artists
        on top_artists.artist_name_key = artists.artist_name_key

)

select * from int_user_top_artists
