with

plays as (

    select * from {{ ref('int_user_artist_plays') }}

),

users as (

    select
        user_key,
        country,
        listed_playcount,
        dense_rank() over (order by country) as country_number
    from {{ ref('int_listening_users') }}
    where listed_artists > 0

),

playcount_cap as (

    select
        cast(floor(percentile_cont({{ var('playcount_cap_percentile') }}) within group (
            order by playcount
        )) as bigint) as playcount_cap
    from plays

),

-- A user's share of plays is kept in billionths: whole numbers add up to the same
-- sum in any order. Grouping by a country's number takes two thirds of the time that
-- grouping by its code does.
pairs as (

    select
        users.country_number,
        plays.artist_key,
        cast(sum(plays.playcount) as bigint) as playcount,
        cast(sum(
            least(plays.playcount, playcount_cap.playcount_cap)
        ) as bigint) as playcount_capped,
        max(plays.playcount) as max_user_playcount,
        count(*) as listeners,
        cast(sum(cast(round(
            1e9 * plays.playcount / nullif(users.listed_playcount, 0)
        ) as bigint)) as bigint) as user_share_billionths

    from plays
    inner join users
        on plays.user_key = users.user_key
    cross join playcount_cap
    group by
        users.country_number,
        plays.artist_key

),

countries as (

    select
        country,
        country_number,
        cast(sum(listed_playcount) as bigint) as country_playcount,
        count(*) as country_users
    from users
    group by
        country,
        country_number

),

int_artist_country_plays as (

    select
        countries.country,
        pairs.artist_key,

        pairs.playcount,
        pairs.playcount_capped,
        pairs.max_user_playcount,
        pairs.listeners,
        coalesce(pairs.user_share_billionths, 0) as user_share_billionths,

        countries.country_playcount,
        countries.country_users

    from pairs
    inner join countries
        on pairs.country_number = countries.country_number

)

select * from int_artist_country_plays
