with

plays as (

    select * from {{ ref('int_user_artist_plays') }}

),

users as (

    select
        user_key,
        country,
        country_number,
        listed_playcount,
        listed_artists
    from {{ ref('int_listening_users') }}
    where listed_playcount > 0

),

pairs as (

    select * from {{ ref('int_artist_shares') }}

),

-- Jensen-Shannon divergence (base 2) of the user's plays from those of a group. An
-- artist outside the user's list adds half its share in the group, and the shares
-- of the group add up to one, so the user's own artists are all it takes.
shares as (

    select
        plays.user_key,
        plays.playcount / cast(users.listed_playcount as double precision)
            as user_share,
        pairs.world_share,
        pairs.country_share,
        pairs.world_rank_score,
        pairs.country_rank_score

    from plays
    inner join users
        on plays.user_key = users.user_key
    inner join pairs
        on
            users.country_number = pairs.country_number
            and plays.artist_key = pairs.artist_key
    where plays.playcount > 0

),

divergences as (

    select
        user_key,
        0.5 + 0.5 * {{ exact_sum(
            jensen_shannon_term('user_share', 'world_share')
        ) }} as world_divergence,
        0.5 + 0.5 * {{ exact_sum(
            jensen_shannon_term('user_share', 'country_share')
        ) }} as country_divergence,
        {{ exact_sum('world_rank_score') }} / count(*) as world_rank_score,
        {{ exact_sum('country_rank_score') }} / count(*) as country_rank_score

    from shares
    group by user_key

),

user_mainstreaminess as (

    select
        users.user_key,
        users.country,

        users.listed_artists,
        users.listed_playcount,

        1.0 - divergences.world_divergence as mainstreaminess_world,
        1.0 - divergences.country_divergence as mainstreaminess_country,
        divergences.world_rank_score as rank_mainstreaminess_world,
        divergences.country_rank_score as rank_mainstreaminess_country

    from users
    inner join divergences
        on users.user_key = divergences.user_key

)

select * from user_mainstreaminess
