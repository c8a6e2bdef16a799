-- Over the countries, `ZZ` included, every artist has exactly the plays and listeners
-- of the listeners' own lists, in each of the tables cut from them. Whole numbers below
-- 2^53, so the sums of doubles are exact too.
with

world as (

    select
        artist_key,
        sum(playcount) as playcount,
        count(*) as listeners
    from {{ ref('int_user_artist_plays') }}
    group by artist_key

),

countries as (

    select
        artist_key,
        sum(playcount) as playcount,
        sum(listeners) as listeners
    from {{ ref('agg_artist_country') }}
    group by artist_key

),

different_artists as (

    select
        coalesce(world.artist_key, countries.artist_key) as artist_key,
        world.playcount as world_playcount,
        countries.playcount as countries_playcount,
        world.listeners as world_listeners,
        countries.listeners as countries_listeners
    from world
    full outer join countries
        on world.artist_key = countries.artist_key
    where
        coalesce(world.playcount, -1) != coalesce(countries.playcount, -1)
        or coalesce(world.listeners, -1) != coalesce(countries.listeners, -1)

),

world_totals as (

    select
        cast(sum(playcount) as bigint) as playcount,
        cast(sum(listeners) as bigint) as listeners
    from world

),

report_totals as (

    select
        'artist_rank_in_country' as report,
        cast(round(sum(total_playcount)) as bigint) as playcount,
        cast(sum(listeners) as bigint) as listeners
    from {{ ref('artist_rank_in_country') }}

    union all

    select
        'country_rank_per_artist' as report,
        cast(round(sum(total_playcount)) as bigint) as playcount,
        cast(sum(listeners) as bigint) as listeners
    from {{ ref('country_rank_per_artist') }}

    union all

    select
        'artist_reach' as report,
        cast(sum(playcount) as bigint) as playcount,
        cast(sum(listeners) as bigint) as listeners
    from {{ ref('artist_reach') }}

),

different_reports as (

    select
        report_totals.report,
        world_totals.playcount as world_playcount,
        report_totals.playcount as countries_playcount,
        world_totals.listeners as world_listeners,
        report_totals.listeners as countries_listeners
    from report_totals
    cross join world_totals
    where
        coalesce(world_totals.playcount, 0) != coalesce(report_totals.playcount, 0)
        or coalesce(world_totals.listeners, 0) != coalesce(report_totals.listeners, 0)

)

select
    cast(artist_key as varchar(40)) as difference_in,
    world_playcount,
    countries_playcount,
    world_listeners,
    countries_listeners
from different_artists

union all

select
    report as difference_in,
    world_playcount,
    countries_playcount,
    world_listeners,
    countries_listeners
from different_reports
