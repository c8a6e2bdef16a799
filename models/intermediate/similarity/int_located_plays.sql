with

plays as (

    select
        user_key,
        artist_key,
        playcount
    from {{ ref('int_user_artist_plays') }}

),

users as (

    select
        user_key,
        country
    from {{ ref('int_listening_users') }}

),

int_located_plays as (

    select
        plays.user_key,
        plays.artist_key,

        users.country,

        plays.playcount

    from plays
    inner join users
        on plays.user_key = users.user_key

)

select * from int_located_plays
