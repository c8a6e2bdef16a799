{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='user_key',
    )
}}

with

latest_file as (

    select max(built_through_file_seq) as file_seq
    from {{ ref('int_user_track_totals') }}

),

-- What is referred to below, in words that dbt sees before it knows what there is:
-- depends_on: {{ ref('int_exported_user_days') }}
{% if is_incremental() %}

    former as (

        select *
        from {{ this }}
        where plays > 0

    ),

    -- Only an artist of whom more has been played can take the place of the top one.
    candidates as (

        select
            totals.user_key,
            tracks.artist_name_key
        from {{ ref('int_user_track_totals') }} as totals
        inner join {{ ref('int_service_tracks') }} as tracks
            on totals.track_key = tracks.track_key
        where totals.built_through_file_seq > {{ built_through(this) }}

        union

        select
            user_key,
            artist_name_key
        from former

    ),

    candidate_plays as (

        {{ plays_of_artists(
            ref('int_user_tracks'), ref('int_service_tracks'), 'candidates'
        ) }}

    ),

    reopened_users as (

        {{ reopened_users('former', 'candidate_plays', built_through(this)) }}

    ),

{% endif %}

artist_plays as (

    {{ plays_of_artists(
        ref('int_user_tracks'),
        ref('int_service_tracks'),
        'reopened_users' if is_incremental(),
        of_users=true
    ) }}

    {% if is_incremental() %}

        union all

        select *
        from candidate_plays

    {% endif %}

),

-- Two groupings cost a third of what sorting every user's artists costs.
most_plays as (

    select
        user_key,
        max(plays) as plays
    from artist_plays
    group by user_key

),

top_artists as (

    select
        artist_plays.user_key,
        min(artist_plays.artist_name_key) as artist_name_key,
        artist_plays.plays
    from artist_plays
    inner join most_plays
        on
            artist_plays.user_key = most_plays.user_key
            and artist_plays.plays = most_plays.plays
    group by artist_plays.user_key, artist_plays.plays

),

-- Where a user had a top artist and has none any more, no plays are left.
int_user_top_artist_keys as (

    select
        top_artists.*,
        latest_file.file_seq as built_through_file_seq
    from top_artists
    cross join latest_file

    {% if is_incremental() %}

        union all

        select
            former.user_key,
            former.artist_name_key,
            0 as plays,
            latest_file.file_seq as built_through_file_seq
        from former
        cross join latest_file
        left join top_artists
            on former.user_key = top_artists.user_key
        where top_artists.user_key is null

    {% endif %}

)

select * from int_user_top_artist_keys
