with

trained_artists as (

    select * from {{ ref('int_trained_artists') }}

),

trained_users as (

    select * from {{ ref('int_trained_users') }}

),

present_artists as (

    select
        artist_key,
        cast(sum(listeners) as bigint) as listeners
    from {{ ref('int_artist_country_plays') }}
    group by artist_key

),

present_users as (

    select * from {{ ref('int_listed_tastes') }}

),

artist_totals as (

    select
        coalesce(trained_artists.artist_key, present_artists.artist_key) as artist_key,
        coalesce(trained_artists.listeners, 0) as trained_listeners,
        coalesce(present_artists.listeners, 0) as present_listeners,
        trained_artists.trained_through_file_seq
    from trained_artists
    full outer join present_artists
        on trained_artists.artist_key = present_artists.artist_key

),

all_artists as (

    select
        cast(sum(trained_listeners) as bigint) as trained_listeners,
        cast(sum(present_listeners) as bigint) as present_listeners
    from artist_totals

),

artists as (

    select
        count(case
            when
                artist_totals.trained_listeners = 0
                and artist_totals.present_listeners
                >= {{ var('min_neighbor_listeners') }}
                then 1
        end) as new_artists,
        count(case
            when artist_totals.present_listeners = 0 then 1
        end) as vanished_artists,
        count(artist_totals.trained_through_file_seq) as trained_artists,
        {{ exact_sum('0.5 * abs(
            cast(artist_totals.present_listeners as double precision)
            / nullif(all_artists.present_listeners, 0)
            - cast(artist_totals.trained_listeners as double precision)
            / nullif(all_artists.trained_listeners, 0)
        )') }} as listener_drift,
        max(artist_totals.trained_through_file_seq) as trained_through_file_seq
    from artist_totals
    cross join all_artists

),

users as (

    select
        count(case
            when
                trained_users.user_key is null
                or trained_users.check_sum != present_users.check_sum
                then present_users.user_key
        end) as changed_users,
        count(case when present_users.user_key is null then 1 end) as vanished_users,
        count(present_users.user_key) as present_users,
        count(trained_users.user_key) as trained_users
    from trained_users
    full outer join present_users
        on trained_users.user_key = present_users.user_key

),

int_embedding_staleness as (

    select
        cast('similarity' as varchar(64)) as model_group,

        artists.new_artists,
        users.changed_users / nullif(
            cast(users.present_users as double precision), 0
        ) as changed_user_share,
        (artists.vanished_artists + users.vanished_users) / nullif(
            cast(artists.trained_artists + users.trained_users as double precision), 0
        ) as vanished_share,
        artists.listener_drift,

        artists.trained_through_file_seq

    from artists
    cross join users

)

select * from int_embedding_staleness
