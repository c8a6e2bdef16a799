with

pairs as (

    select * from {{ ref('int_artist_country_plays') }}

),

artists as (

    select
        artist_key,
        artist_name
    from {{ ref('dim_artists') }}

),

-- Where many pairs share few values, ranking the values is far cheaper than sorting
-- the pairs once more.
listener_counts as (

    select
        country,
        listeners,
        count(*) as pairs
    from pairs
    group by country, listeners

),

listener_ranks as (

    select
        country,
        listeners,
        1 - pairs + sum(pairs) over (
            partition by country
            order by listeners desc
            rows between unbounded preceding and current row
        ) as rank
    from listener_counts

),

artist_rank_in_country as (

    select
        pairs.country,
        artists.artist_name,
        cast(pairs.playcount as double precision) as total_playcount,
        pairs.rank_in_country as rank,

        pairs.artist_key,
        pairs.row_no_in_country as row_no,

        pairs.listeners,
        pairs.country_playcount,

        cast(listener_ranks.rank as integer) as rank_by_listeners,
        cast(rank() over (
            partition by pairs.country
            order by pairs.user_share_billionths desc
        ) as integer) as rank_by_user_share

    from pairs
    inner join artists
        on pairs.artist_key = artists.artist_key
    inner join listener_ranks
        on
            pairs.country = listener_ranks.country
            and pairs.listeners = listener_ranks.listeners

)

select * from artist_rank_in_country
