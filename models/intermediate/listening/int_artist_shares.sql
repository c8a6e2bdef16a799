with

pairs as (

    select
        country,
        artist_key,
        playcount,
        country_playcount
    from {{ ref('int_artist_country_plays') }}
    where playcount > 0

),

artists as (

    select
        artist_key,
        cast(sum(playcount) as bigint) as world_playcount
    from pairs
    group by artist_key

),

world as (

    select
        sum(world_playcount) as playcount,
        count(*) as artists
    from artists

),

country_sizes as (

    select
        country,
        count(*) as artists
    from pairs
    group by country

),

ranked_artists as (

    select
        *,
        rank() over (order by world_playcount desc) as world_rank
    from artists

),

ranked_pairs as (

    select
        *,
        rank() over (
            partition by country
            order by playcount desc
        ) as country_rank
    from pairs

),

-- A rank score is 1 for the most played artist and falls with the logarithm of the
-- rank to 0 for the last one.
int_artist_shares as (

    select
        ranked_pairs.country,
        ranked_pairs.artist_key,

        ranked_artists.world_playcount
        / cast(world.playcount as double precision) as world_share,
        ranked_pairs.playcount
        / cast(ranked_pairs.country_playcount as double precision) as country_share,

        1.0 - ln(cast(ranked_artists.world_rank as double precision))
        / ln(greatest(world.artists, 2.0)) as world_rank_score,
        1.0 - ln(cast(ranked_pairs.country_rank as double precision))
        / ln(greatest(country_sizes.artists, 2.0)) as country_rank_score

    from ranked_pairs
    inner join ranked_artists
        on ranked_pairs.artist_key = ranked_artists.artist_key
    inner join country_sizes
        on ranked_pairs.country = country_sizes.country
    cross join world

)

select * from int_artist_shares
