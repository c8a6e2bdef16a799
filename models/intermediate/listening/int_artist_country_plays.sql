with

plays as (

    select * from {{ ref('int_user_artist_plays') }}

),

users as (

    select
        user_key,
        country,
        country_number,
        listed_playcount
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
            1e9 * cast(plays.playcount as double precision)
            / nullif(users.listed_playcount, 0)
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

ordered_pairs as (

    select
        *,
        row_number() over (
            partition by country_number
            order by playcount desc, listeners desc, artist_key
        ) as row_no
    from pairs

),

-- The rank of a playcount is the first row number that has it: a second sort of all
-- pairs would cost more than twice as much.
playcount_ranks as (

    select
        country_number,
        playcount,
        min(row_no) as rank
    from ordered_pairs
    group by
        country_number,
        playcount

),

int_artist_country_plays as (

    select
        countries.country,
        ordered_pairs.country_number,
        ordered_pairs.artist_key,

        ordered_pairs.playcount,
        ordered_pairs.playcount_capped,
        ordered_pairs.max_user_playcount,
        ordered_pairs.listeners,
        coalesce(ordered_pairs.user_share_billionths, 0) as user_share_billionths,

        countries.country_playcount,
        countries.country_users,

        cast(playcount_ranks.rank as integer) as rank_in_country,
        cast(ordered_pairs.row_no as integer) as row_no_in_country

    from ordered_pairs
    inner join countries
        on ordered_pairs.country_number = countries.country_number
    inner join playcount_ranks
        on
            ordered_pairs.country_number = playcount_ranks.country_number
            and ordered_pairs.playcount = playcount_ranks.playcount

)

select * from int_artist_country_plays
