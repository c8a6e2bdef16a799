with

pairs as (

    select
        country,
        artist_key,
        listeners,
        country_users,
        is_reliable
    from {{ ref('agg_artist_country') }}

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

artist_totals as (

    select
        artist_key,
        sum(listeners) as listeners
    from pairs
    group by artist_key

),

-- A country that is much of the world would mostly be compared with itself, so it
-- is left out of its own reference.
referenced_pairs as (

    select
        pairs.*,
        world.world_users as all_users,
        cast(artist_totals.listeners as bigint) as global_listeners,
        pairs.country_users
        > {{ var('max_reference_share') }} * world.world_users as is_left_out

    from pairs
    inner join artist_totals
        on pairs.artist_key = artist_totals.artist_key
    cross join world
    where pairs.country != 'ZZ'

),

expected_pairs as (

    select
        *,
        country_users * case
            when is_left_out
                then (global_listeners - listeners)
                / cast(nullif(all_users - country_users, 0) as double precision)
            else global_listeners / cast(all_users as double precision)
        end as expected_listeners

    from referenced_pairs

),

quotients as (

    select
        *,
        listeners / nullif(expected_listeners, 0) as lq,
        (listeners + cast({{ var('location_quotient_prior') }} as double precision))
        / (expected_listeners + {{ var('location_quotient_prior') }}) as lq_eb,
        {{ gamma_lower_bound(
            'listeners', 'expected_listeners', var('location_quotient_prior')
        ) }} as lq_lo

    from expected_pairs

),

distinctive_artists as (

    select
        quotients.country,
        artists.artist_name,
        quotients.artist_key,

        cast(rank() over (
            partition by quotients.country
            order by {{ twelve_places('quotients.lq_lo') }} desc
        ) as integer) as rank,
        cast(row_number() over (
            partition by quotients.country
            order by
                {{ twelve_places('quotients.lq_lo') }} desc,
                quotients.listeners desc,
                quotients.artist_key
        ) as integer) as row_no,

        quotients.listeners,
        quotients.country_users,
        quotients.global_listeners,
        quotients.all_users,
        quotients.expected_listeners,
        quotients.lq,
        quotients.lq_eb,
        quotients.lq_lo,

        quotients.is_left_out as is_country_outside_reference,
        quotients.is_reliable

    from quotients
    inner join artists
        on quotients.artist_key = artists.artist_key
    where quotients.lq_lo > 1

)

select * from distinctive_artists
