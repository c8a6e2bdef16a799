with

plays as (

    select * from {{ ref('int_user_artist_plays') }}
    where playcount > 0

),

-- A sum that another list of artists, or other plays, would hardly have too.
int_listed_tastes as (

    select
        user_key,

        cast(sum(
            mod(artist_key, 1000000007) * (1 + mod(playcount, 1009))
        ) as bigint) as check_sum

    from plays
    group by user_key

)

select * from int_listed_tastes
