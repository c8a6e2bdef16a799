{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='user_key',
        dist='user_key',
        sort='user_key',
    )
}}

with

credits as (

    select * from {{ ref('int_artist_credits') }}

),

relisted_users as (

    select * from {{ ref('int_relisted_users') }}

),

top_artists as (

    select * from {{ ref('stg_listening__user_top_artists') }}

),

latest_file as (

    select max(built_through_file_seq) as file_seq
    from {{ ref('int_artist_names') }}

),

{% if is_incremental() %}

    built as (

        select coalesce(max(built_through_file_seq), 0) as file_seq
        from {{ this }}

    ),

    -- Whoever was delivered since, and whoever lists a name that now means another
    -- artist, is counted again from the beginning.
    touched_users as (

        select top_artists.user_key
        from top_artists
        inner join built
            on top_artists.file_seq > built.file_seq

        union

        select top_artists.user_key
        from top_artists
        inner join credits
            on top_artists.artist_name_key = credits.artist_name_key
        inner join built
            on credits.credited_at_file_seq > built.file_seq

    ),

{% endif %}

-- The latest file that lists a user says all about that user's top artists.
current_lists as (

    select top_artists.*
    from top_artists
    {% if is_incremental() %}
        inner join touched_users
            on top_artists.user_key = touched_users.user_key
    {% endif %}
    inner join latest_file
        on top_artists.file_seq <= latest_file.file_seq
    left join relisted_users
        on top_artists.user_key = relisted_users.user_key
    where
        relisted_users.user_key is null
        or top_artists.file_seq = relisted_users.latest_file_seq

),

-- The plays of a joint credit are shared out, never counted twice.
credited_plays as (

    select
        current_lists.user_key,
        credits.artist_key,
        case
            when credits.credit_count = 1 then current_lists.playcount
            else {{ share_out(
                'current_lists.playcount',
                'credits.credit_count',
                'credits.credit_number'
            ) }}
        end as playcount

    from current_lists
    inner join credits
        on current_lists.artist_name_key = credits.artist_name_key

),

-- One list may name an artist twice: by two spellings, alone and in a joint credit,
-- and nothing forbids one name at two ranks.
merged_plays as (

    select
        user_key,
        artist_key,
        cast(sum(playcount) as bigint) as playcount
    from credited_plays
    group by user_key, artist_key

),

int_user_artist_plays as (

    select
        merged_plays.user_key,
        merged_plays.artist_key,

        merged_plays.playcount,

        latest_file.file_seq as built_through_file_seq

    from merged_plays
    cross join latest_file

)

select * from int_user_artist_plays
