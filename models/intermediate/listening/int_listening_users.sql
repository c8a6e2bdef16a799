with

current_users as (

    select * from {{ ref('int_delivered_countries') }}

),

plays as (

    select * from {{ ref('int_user_artist_plays') }}

),

listed_artists as (

    select
        user_key,
        cast(sum(playcount) as bigint) as listed_playcount,
        count(*) as listed_artists
    from plays
    group by user_key

),

track_users as (

    select distinct user_key
    from {{ ref('stg_listening__user_top_tracks') }}

),

album_users as (

    select distinct user_key
    from {{ ref('stg_listening__user_top_albums') }}

),

-- Users who only occur in a list are listeners too; their country is unknown.
listeners as (

    select user_key
    from current_users

    union

    select user_key
    from listed_artists

    union

    select user_key
    from track_users

    union

    select user_key
    from album_users

),

located_listeners as (

    select
        listeners.user_key,
        cast(coalesce(current_users.country, 'ZZ') as varchar(2)) as country,
        current_users.total_scrobbles,
        current_users.user_key is not null as is_in_users_file
    from listeners
    left join current_users
        on listeners.user_key = current_users.user_key

),

int_listening_users as (

    select
        located_listeners.user_key,

        located_listeners.country,
        {{ country_number('located_listeners.country') }} as country_number,

        located_listeners.total_scrobbles,
        coalesce(listed_artists.listed_playcount, 0) as listed_playcount,
        coalesce(listed_artists.listed_artists, 0) as listed_artists,

        located_listeners.is_in_users_file

    from located_listeners
    left join listed_artists
        on located_listeners.user_key = listed_artists.user_key

)

select * from int_listening_users
