with

pairs as (

    select
        *,
        playcount
        / cast(nullif(country_playcount, 0) as double precision) as popularity,
        cast(user_share_billionths as double precision) / 1e9 as user_share_sum,
        cast(
            sum(user_share_billionths) over (partition by artist_key)
            as double precision
        ) / 1e9 as world_share_sum
    from {{ ref('int_artist_country_plays') }}

),

artists as (

    select
        artist_key,
        artist_name
    from {{ ref('dim_artists') }}

),

world as (

    select count(*) as world_users
    from {{ ref('dim_users') }}
    where listed_artists > 0

),

shrunk_pairs as (

    select
        pairs.*,
        {{ is_eligible_country('pairs.country', 'pairs.country_users') }}
        and {{ is_reliable_pair('pairs.listeners', 'pairs.country_users') }}
            as is_in_headline,
        {{ user_mean_share_eb(
            'pairs.user_share_sum',
            'pairs.country_users',
            'pairs.world_share_sum / world.world_users'
        ) }} as user_mean_share_eb
    from pairs
    cross join world

),

ranked_pairs as (

    select
        *,
        rank() over (
            partition by artist_key
            order by popularity desc nulls last
        ) as rank,
        row_number() over (
            partition by artist_key
            order by popularity desc nulls last, listeners desc, country
        ) as row_no,
        rank() over (
            partition by artist_key
            order by playcount desc
        ) as rank_by_playcount,
        case
            when is_in_headline
                then rank() over (
                    partition by artist_key, is_in_headline
                    order by user_mean_share_eb desc
                )
        end as headline_rank
    from shrunk_pairs

),

country_rank_per_artist as (

    select
        ranked_pairs.country,
        artists.artist_name,
        cast(ranked_pairs.playcount as double precision) as total_playcount,
        ranked_pairs.popularity as normalized_popularity,
        cast(ranked_pairs.rank as integer) as rank,

        ranked_pairs.artist_key,
        cast(ranked_pairs.row_no as integer) as row_no,

        ranked_pairs.listeners,

        cast(ranked_pairs.rank_by_playcount as integer) as rank_by_playcount,
        cast(ranked_pairs.headline_rank as integer) as headline_rank

    from ranked_pairs
    inner join artists
        on ranked_pairs.artist_key = artists.artist_key

)

select * from country_rank_per_artist
