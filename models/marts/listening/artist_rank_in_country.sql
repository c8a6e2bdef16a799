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

ordered_pairs as (

    select
        *,
        cast(row_number() over (
            partition by country
            order by playcount desc, listeners desc, artist_key
        ) as integer) as row_no,
        cast(rank() over (
            partition by country
            order by user_share_billionths desc
        ) as integer) as rank_by_user_share
    from pairs

),

-- Where many pairs share few values, ranking the values is far cheaper than sorting
-- the pairs once more.
playcount_ranks as (

    select
        country,
        playcount,
        min(row_no) as rank
    from ordered_pairs
    group by country, playcount

),

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
        ordered_pairs.country,
        artists.artist_name,
        cast(ordered_pairs.playcount as double precision) as total_playcount,
        playcount_ranks.rank,

        ordered_pairs.artist_key,
        ordered_pairs.row_no,

        ordered_pairs.listeners,
        ordered_pairs.country_playcount,

        cast(listener_ranks.rank as integer) as rank_by_listeners,
        ordered_pairs.rank_by_user_share

    from ordered_pairs
    inner join artists
        on ordered_pairs.artist_key = artists.artist_key
    inner join playcount_ranks
        on
            ordered_pairs.country = playcount_ranks.country
            and ordered_pairs.playcount = playcount_ranks.playcount
    inner join listener_ranks
        on
            ordered_pairs.country = listener_ranks.country
            and ordered_pairs.listeners = listener_ranks.listeners

)

select * from artist_rank_in_country
