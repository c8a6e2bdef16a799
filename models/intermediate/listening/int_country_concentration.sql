with

pairs as (

    select * from {{ ref('int_artist_country_plays') }}

),

sums as (

    select
        country,
        country_users as users,
        country_playcount as playcount,
        count(*) as artists,
        cast(sum(
            cast(playcount as decimal(38, 0)) * row_no_in_country
        ) as double precision) as rank_weighted_playcount,
        cast(sum(
            case when row_no_in_country <= 10 then playcount else 0 end
        ) as bigint) as top10_playcount
    from pairs
    group by
        country,
        country_users,
        country_playcount

),

-- Gini's coefficient from ranks counted from the most played artist down.
int_country_concentration as (

    select
        country,

        users,
        playcount,
        artists,

        (artists + 1.0) / cast(artists as double precision)
        - 2.0 * rank_weighted_playcount
        / (artists * nullif(cast(playcount as double precision), 0)) as gini,
        top10_playcount
        / nullif(cast(playcount as double precision), 0) as top10_share

    from sums

)

select * from int_country_concentration
