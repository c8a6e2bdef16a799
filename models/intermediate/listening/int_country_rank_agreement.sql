with

pairs as (

    select * from {{ ref('int_artist_country_plays') }}

),

world as (

    select
        artist_key,
        cast(sum(playcount) as bigint) as playcount
    from pairs
    group by artist_key

),

ranked_world as (

    select
        *,
        row_number() over (
            order by playcount desc, artist_key
        ) as row_no
    from world

),

countries as (

    select distinct country
    from pairs

),

candidates as (

    select
        country,
        artist_key
    from pairs
    where row_no_in_country <= {{ var('profile_top_artists') }}

    union

    select
        countries.country,
        ranked_world.artist_key
    from ranked_world
    cross join countries
    where ranked_world.row_no <= {{ var('profile_top_artists') }}

),

-- An artist of the world's top list whom nobody in the country lists has 0 plays.
compared as (

    select
        candidates.country,
        candidates.artist_key,
        coalesce(pairs.playcount, 0) as country_plays,
        world.playcount as world_plays
    from candidates
    inner join world
        on candidates.artist_key = world.artist_key
    left join pairs
        on
            candidates.country = pairs.country
            and candidates.artist_key = pairs.artist_key

),

-- Kendall's tau-b: ties on either side leave its denominator.
comparisons as (

    select
        one.country,
        cast(sum(
            sign(one.country_plays - other.country_plays)
            * sign(one.world_plays - other.world_plays)
        ) as bigint) as agreement,
        count(*) as pairs_compared,
        sum(case when one.country_plays = other.country_plays then 1 else 0 end)
            as ties_in_country,
        sum(case when one.world_plays = other.world_plays then 1 else 0 end)
            as ties_in_world
    from compared as one
    inner join compared as other
        on
            one.country = other.country
            and one.artist_key < other.artist_key
    group by one.country

),

int_country_rank_agreement as (

    select
        country,
        agreement / nullif(
            sqrt(cast(pairs_compared - ties_in_country as double precision))
            * sqrt(cast(pairs_compared - ties_in_world as double precision)),
            0
        ) as kendall_tau_b
    from comparisons

)

select * from int_country_rank_agreement
