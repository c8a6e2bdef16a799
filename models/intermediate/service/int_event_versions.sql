{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='event_key',
    )
}}

with

events as (

    select * from {{ ref('int_session_events') }}

),

new_files as (

    select file_seq
    from {{ ref('int_built_files') }}
    {% if is_incremental() %}
        where
            file_seq > (
                select coalesce(max(former.current_file_seq), 0)
                from {{ this }} as former
            )
    {% endif %}

),

-- Whatever came again since is written anew.
repeated_events as (

    select *
    from events
    where
        rows_delivered > 1
        and rewritten_through_file_seq = 0
        and file_seq in (select new_files.file_seq from new_files)

),

-- Grouped, though every key occurs once: else the engine takes half of all events for
-- repeated ones, and gathers what was delivered instead of looking it through.
repeated_keys as (

    select
        event_key,
        max(delivery_order) as delivery_order
    from repeated_events
    group by event_key

),

-- What came since; what stood among the events before it; and what had been replaced
-- before that. So the lake need not be searched for it.
delivered_versions as (

    select
        {{ event_columns('delivered_events', '1') }}
    from {{ ref('int_delivered_events') }} as delivered_events
    where
        delivered_events.file_seq in (select new_files.file_seq from new_files)

    {% if is_incremental() %}

        union all

        select
            {{ event_columns('former', '1') }}
        from {{ ref('int_session_events') }} as former
        where
            former.rewritten_through_file_seq in (
                select new_files.file_seq from new_files
            )

        union all

        select
            {{ event_columns('former', '1') }}
        from {{ this }} as former

    {% endif %}

),

-- An event that was rewritten several times stood there in the same words.
versions as (

    select distinct
        {{ event_columns('delivered_versions') }}
    from delivered_versions
    inner join repeated_keys
        on
            delivered_versions.event_key = repeated_keys.event_key
            and delivered_versions.delivery_order < repeated_keys.delivery_order

),

compared as (

    select
        {{ event_columns('versions') }},

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

    from versions
    inner join repeated_events
        on versions.event_key = repeated_events.event_key

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
