with

user_tracks as (

    select * from {{ ref('int_user_tracks') }}

),

tracks as (

    select * from {{ ref('int_service_tracks') }}

),

artist_plays as (

    select
        user_tracks.user_key,
        tracks.artist_name_key,
        cast(sum(user_tracks.plays) as bigint) as plays
    from user_tracks
    inner join tracks
        on user_tracks.track_key = tracks.track_key
    group by user_tracks.user_key, tracks.artist_name_key

),

-- Two groupings cost a third of what sorting every user's artists costs.
most_plays as (

    select
        user_key,
        max(plays) as plays
    from artist_plays
    group by user_key

),

top_artists as (

    select
        artist_plays.user_key,
        artist_plays.plays,
        min(artist_plays.artist_name_key) as artist_name_key
    from artist_plays
    inner join most_plays
        on
            artist_plays.user_key = most_plays.user_key
            and artist_plays.plays = most_plays.plays
    group by artist_plays.user_key, artist_plays.plays

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
