{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='event_key',
    )
}}

with

current_events as (

    select * from {{ ref('int_session_events') }}

),

delivered_events as (

    select * from {{ ref('int_delivered_events') }}

),

{% if is_incremental() %}

    built as (

        select coalesce(max(current_file_seq), 0) as file_seq
        from {{ this }}

    ),

{% endif %}

-- Whatever came again since is written anew.
repeated_events as (

    select current_events.*
    from current_events
    {% if is_incremental() %}
        inner join built
            on current_events.file_seq > built.file_seq
    {% endif %}
    where current_events.rows_delivered > 1

),

compared as (

    select
        versions.event_key,
        versions.file_seq,
        versions.line_number,
        versions.user_key,
        versions.track_key,
        cast(versions.started_at as date) as activity_date,

        repeated_events.file_seq as current_file_seq,
        repeated_events.line_number as current_line_number,

        versions.user_key != repeated_events.user_key as user_differs,
        coalesce(versions.track_key, -1)
        != coalesce(repeated_events.track_key, -1) as track_differs,
        versions.started_at != repeated_events.started_at as start_differs,
        versions.play_duration_ms
        != repeated_events.play_duration_ms as duration_differs,
        coalesce(versions.device_type, '') != coalesce(repeated_events.device_type, '')
        or coalesce(versions.reason, '') != coalesce(repeated_events.reason, '')
        or coalesce(cast(versions.shuffle as integer), -1)
        != coalesce(cast(repeated_events.shuffle as integer), -1)
        or coalesce(cast(versions.skipped as integer), -1)
        != coalesce(cast(repeated_events.skipped as integer), -1)
            as circumstances_differ

    from delivered_events as versions
    inner join repeated_events
        on
            versions.event_key = repeated_events.event_key
            and versions.delivery_order < repeated_events.delivery_order

),

int_event_versions as (

    select
        *,
        not user_differs
        and not track_differs
        and not start_differs
        and not duration_differs
        and not circumstances_differ as is_exact_repeat
    from compared

)

select * from int_event_versions
