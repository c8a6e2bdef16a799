with

pairs as (

    select
        country,
        country_number,
        artist_key,
        playcount,
        country_playcount,
        rank_in_country
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

-- A rank score is 1 for the most played artist and falls with the logarithm of the
-- rank to 0 for the last one.
int_artist_shares as (

    select
        pairs.country,
        pairs.country_number,
        pairs.artist_key,

        ranked_artists.world_playcount
        / cast(world.playcount as double precision) as world_share,
        pairs.playcount
        / cast(pairs.country_playcount as double precision) as country_share,

        1.0 - ln(cast(ranked_artists.world_rank as double precision))
        / ln(cast(greatest(world.artists, 2) as double precision)) as world_rank_score,
        1.0 - ln(cast(pairs.rank_in_country as double precision))
        / ln(cast(greatest(country_sizes.artists, 2) as double precision))
            as country_rank_score

    from pairs
    inner join ranked_artists
        on pairs.artist_key = ranked_artists.artist_key
    inner join country_sizes
        on pairs.country = country_sizes.country
    cross join world

)

select * from int_artist_shares
