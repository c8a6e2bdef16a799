with

events as (

    select * from {{ ref('int_classified_events') }}

),

-- Track by track, so that the tracks of a session need no counting of distinct values,
-- which would make the engine group all sessions where somebody asks for a few.
session_tracks as (

    select
        session_key,
        user_key,
        session_started_at,
        built_through_file_seq,
        track_key,
        max(ended_at) as ended_at,
        {{ counted_plays() }}
    from events
    group by
        session_key,
        user_key,
        session_started_at,
        built_through_file_seq,
        track_key

),

-- The plays of a session are written together. A play repeated nearly at the same time
-- holds a session open, but counts for nothing.
fct_sessions as (

    select
        session_key,
        user_key,

        session_started_at as started_at,
        max(ended_at) as ended_at,
        cast(session_started_at as date) as session_date,

        {{ added_up_plays() }},
        count(case when plays > 0 then track_key end) as tracks,

        built_through_file_seq

    from session_tracks
    group by
        session_key,
        user_key,
        session_started_at,
        built_through_file_seq

)

select * from fct_sessions
