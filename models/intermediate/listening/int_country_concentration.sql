with

pairs as (

    select * from {{ ref('int_artist_country_plays') }}

),

ordered_pairs as (

    select
        country,
        country_users,
        country_playcount,
        playcount,
        row_number() over (
            partition by country
            order by playcount, artist_key
        ) as row_no_ascending,
        row_number() over (
            partition by country
            order by playcount desc, listeners desc, artist_key
        ) as row_no
    from pairs

),

sums as (

    select
        country,
        country_users as users,
        country_playcount as playcount,
        count(*) as artists,
        cast(sum(
            cast(playcount as decimal(38, 0)) * row_no_ascending
        ) as double precision) as weighted_playcount,
        cast(sum(
            case when row_no <= 10 then playcount else 0 end
        ) as bigint) as top10_playcount
    from ordered_pairs
    group by
        country,
        country_users,
        country_playcount

),

int_country_concentration as (

    select
        country,

        users,
        playcount,
        artists,

        2.0 * weighted_playcount
        / (artists * nullif(cast(playcount as double precision), 0))
        - (artists + 1.0) / artists as gini,
        top10_playcount
        / nullif(cast(playcount as double precision), 0) as top10_share

    from sums

)

select * from int_country_concentration
