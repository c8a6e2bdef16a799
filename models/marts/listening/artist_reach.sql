with

pairs as (

    select * from {{ ref('agg_artist_country') }}

),

artists as (

    select
        artist_key,
        artist_name
    from {{ ref('dim_artists') }}

),

distinctive as (

    select
        country,
        artist_key,
        lq_lo,
        row_number() over (
            partition by artist_key
            order by lq_lo desc, listeners desc, country
        ) as preference,
        count(*) over (partition by artist_key) as distinctive_countries
    from {{ ref('distinctive_artists') }}
    where is_reliable

),

world as (

    select count(*) as world_users
    from {{ ref('dim_users') }}
    where listed_artists > 0

),

totals as (

    select
        artist_key,
        cast(sum(playcount) as bigint) as playcount,
        cast(sum(listeners) as bigint) as listeners,
        count(*) as countries,
        max(cast(round(max_user_share * playcount) as bigint)) as max_user_playcount
    from pairs
    group by artist_key

),

-- How evenly the listeners are spread over the countries.
spread as (

    select
        pairs.artist_key,
        {{ exact_sum(
            "-1.0 * pairs.listeners / cast(totals.listeners as double precision)"
            ~ " * ln(pairs.listeners / cast(totals.listeners as double precision))"
        ) }} as geographic_entropy
    from pairs
    inner join totals
        on pairs.artist_key = totals.artist_key
    group by pairs.artist_key

),

homes as (

    select
        distinctive.artist_key,
        distinctive.country as home_country,
        distinctive.distinctive_countries,
        pairs.listeners as home_listeners,
        pairs.country_users
        / cast(world.world_users as double precision) as home_user_share
    from distinctive
    inner join pairs
        on
            distinctive.artist_key = pairs.artist_key
            and distinctive.country = pairs.country
    cross join world
    where distinctive.preference = 1

),

artist_reach as (

    select
        totals.artist_key,
        artists.artist_name,

        homes.home_country,

        totals.playcount,
        totals.listeners,
        totals.countries,
        coalesce(homes.distinctive_countries, 0) as distinctive_countries,

        spread.geographic_entropy,
        exp(spread.geographic_entropy) as effective_countries,
        homes.home_listeners
        / cast(totals.listeners as double precision) as home_listener_share,
        homes.home_listeners
        / cast(totals.listeners as double precision)
        - homes.home_user_share as home_bias,
        totals.max_user_playcount
        / cast(nullif(totals.playcount, 0) as double precision) as max_user_share

    from totals
    inner join artists
        on totals.artist_key = artists.artist_key
    inner join spread
        on totals.artist_key = spread.artist_key
    left join homes
        on totals.artist_key = homes.artist_key

)

select * from artist_reach
