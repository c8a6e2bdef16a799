-- A listener's plays are those of the latest file that lists the listener: none lost on
-- the way through names, credits and incremental runs, none counted twice. The sums
-- are compared listener by listener, so that a loss cannot hide behind a gain.
{{ config(group='listening') }}

with

lists as (

    select
        user_key,
        file_seq,
        cast(sum(playcount) as bigint) as playcount
    from {{ ref('stg_listening__user_top_artists') }}
    group by user_key, file_seq

),

latest_files as (

    select
        user_key,
        max(file_seq) as file_seq
    from lists
    group by user_key

),

loaded as (

    select
        lists.user_key,
        lists.playcount
    from lists
    inner join latest_files
        on
            lists.user_key = latest_files.user_key
            and lists.file_seq = latest_files.file_seq

),

counted as (

    select
        user_key,
        listed_playcount
    from {{ ref('int_listening_users') }}
    where listed_artists > 0

)

select
    coalesce(loaded.user_key, counted.user_key) as user_key,
    loaded.playcount as loaded_playcount,
    counted.listed_playcount as counted_playcount
from loaded
full outer join counted
    on loaded.user_key = counted.user_key
where coalesce(loaded.playcount, -1) != coalesce(counted.listed_playcount, -1)
