-- The profiles of all countries, `ZZ` included, hold every listener with a list once,
-- and all of their plays; the denominators of the shares say the same.
with

world as (

    select
        count(*) as users,
        cast(coalesce(sum(listed_playcount), 0) as bigint) as playcount
    from {{ ref('dim_users') }}
    where listed_artists > 0

),

profiles as (

    select
        cast(coalesce(sum(users), 0) as bigint) as users,
        cast(coalesce(sum(playcount), 0) as bigint) as playcount
    from {{ ref('country_profiles') }}

),

denominators as (

    select
        country,
        max(country_users) as users,
        max(country_playcount) as playcount,
        min(country_users) as least_users,
        min(country_playcount) as least_playcount
    from {{ ref('agg_artist_country') }}
    group by country

),

shares as (

    select
        cast(coalesce(sum(users), 0) as bigint) as users,
        cast(coalesce(sum(playcount), 0) as bigint) as playcount,
        cast(coalesce(sum(least_users), 0) as bigint) as least_users,
        cast(coalesce(sum(least_playcount), 0) as bigint) as least_playcount
    from denominators

)

select
    world.users as world_users,
    world.playcount as world_playcount,
    profiles.users as profile_users,
    profiles.playcount as profile_playcount,
    shares.users as denominator_users,
    shares.playcount as denominator_playcount
from world
cross join profiles
cross join shares
where
    world.users != profiles.users
    or world.playcount != profiles.playcount
    or world.users != shares.users
    or world.users != shares.least_users
    or world.playcount != shares.playcount
    or world.playcount != shares.least_playcount
