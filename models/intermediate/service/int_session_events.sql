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
    where delivered_events.file_seq in (select new_files.file_seq from new_files)

),

{% if is_incremental() %}

    touched_sessions as (

        {{ touched_sessions(this, 'new_events', 'tracks', 'new_files') }}

    ),

    touched_events as (

        {{ touched_events(this, 'touched_sessions') }}

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

placed_events as (

    select
        session_events.*,
        cast(session_events.started_at as date) as activity_date,
        near_repeats.event_key is not null as is_repeat
    from session_events
    left join near_repeats
        on session_events.event_key = near_repeats.event_key

),

written_events as (

    select
        {{ session_event_columns('placed_events') }},
        latest_file.file_seq as built_through_file_seq,
        0 as rewritten_through_file_seq
    from placed_events
    cross join latest_file

    {% if is_incremental() %}

        union all

        select
            {{ session_event_columns('touched_events') }},
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
