with

pairs as (

    select * from {{ ref('int_artist_country_plays') }}

),

world as (

    select count(*) as world_users
    from {{ ref('dim_users') }}
    where listed_artists > 0

),

artists as (

    select
        artist_key,
        cast(sum(user_share_billionths) as bigint) as user_share_billionths
    from pairs
    group by artist_key

),

shared_pairs as (

    select
        pairs.*,
        cast(pairs.user_share_billionths as double precision) / 1e9
            as user_share_sum,
        cast(artists.user_share_billionths as double precision) / 1e9
        / world.world_users as world_mean_share

    from pairs
    inner join artists
        on pairs.artist_key = artists.artist_key
    cross join world

),

agg_artist_country as (

    select
        country,
        artist_key,

        playcount,
        playcount_capped,
        listeners,
        country_playcount,
        country_users,

        max_user_playcount
        / cast(nullif(playcount, 0) as double precision) as max_user_share,
        user_share_sum / country_users as user_mean_share,
        {{ user_mean_share_eb(
            'user_share_sum', 'country_users', 'world_mean_share'
        ) }} as user_mean_share_eb,

        listeners / cast(country_users as double precision) as reach_share,
        {{ wilson_bound('listeners', 'country_users', -1) }} as reach_share_lo,
        {{ wilson_bound('listeners', 'country_users', 1) }} as reach_share_hi,

        {{ is_eligible_country('country', 'country_users') }} as is_eligible_country,
        {{ is_reliable_pair('listeners', 'country_users') }} as is_reliable

    from shared_pairs

)

select * from agg_artist_country
