{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['event_key', 'rewritten_through_file_seq'],
    )
}}

with

tracks as (

    select * from {{ ref('int_service_tracks') }}

),

-- What arrives in the middle of a run waits for the next.
latest_file as (

    select coalesce(max(file_seq), 0) as file_seq
    from {{ ref('int_built_files') }}

),

-- A list of files without another condition: the engine skips the others unread.
new_files as (

    select distinct file_seq
    from {{ ref('int_built_files') }}
    {% if is_incremental() %}
        where
            file_seq > (
                select coalesce(max(former.built_through_file_seq), 0)
                from {{ this }} as former
            )
    {% endif %}

),

new_events as (

    select delivered_events.*
    from {{ ref('int_delivered_events') }} as delivered_events
    where
        delivered_events.file_seq in (select new_files.file_seq from new_files)

),

{% if is_incremental() %}

    touched_sessions as (

        {{ touched_sessions(this, 'new_events', 'tracks', 'new_files') }}

    ),

    -- Events lie by time: the bound lets the engine skip what is older.
    touched_events as (

        select former.*
        from {{ this }} as former
        inner join touched_sessions
            on former.session_key = touched_sessions.session_key
        where
            former.rewritten_through_file_seq = 0
            and former.started_at >= (
                select min(touched_sessions.session_started_at)
                from touched_sessions
            )

    ),

{% endif %}

versions as (

    select
        {{ event_columns('new_events') }}
    from new_events

    {% if is_incremental() %}

        union all

        select
            {{ event_columns('touched_events') }}
        from touched_events

    {% endif %}

),

latest_versions as (

    {{ latest_versions('versions') }}

),

current_events as (

    select
        latest_versions.*,
        tracks.duration_ms as track_duration_ms,
        tracks.track_key is not null as is_known_track
    from latest_versions
    left join tracks
        on latest_versions.track_key = tracks.track_key

),

session_events as (

    {{ into_sessions('current_events') }}

),

near_repeats as (

    {{ near_repeats('session_events') }}

),

written_events as (

    select
        {{ event_columns('session_events') }},

        session_events.track_duration_ms,
        session_events.is_known_track,

        session_events.session_key,
        session_events.session_started_at,
        session_events.begins_session,
        cast(session_events.started_at as date) as activity_date,
        near_repeats.event_key is not null as is_repeat,

        latest_file.file_seq as built_through_file_seq,
        0 as rewritten_through_file_seq
    from session_events
    cross join latest_file
    left join near_repeats
        on session_events.event_key = near_repeats.event_key

    {% if is_incremental() %}

        union all

        select
            {{ event_columns('touched_events') }},

            touched_events.track_duration_ms,
            touched_events.is_known_track,

            touched_events.session_key,
            touched_events.session_started_at,
            touched_events.begins_session,
            touched_events.activity_date,
            touched_events.is_repeat,

            touched_events.built_through_file_seq,
            latest_file.file_seq as rewritten_through_file_seq
        from touched_events
        cross join latest_file

    {% endif %}

),

-- What was written before stays, marked as rewritten, so that sums over events can be
-- brought up to date by what has come and what has gone.
int_session_events as (

    select * from written_events
    order by started_at

)

select * from int_session_events
