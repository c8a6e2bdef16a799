with

listening_events as (

    select * from {{ ref('stg_service__listening_events') }}

),

exported_plays as (

    select * from {{ ref('stg_service__streaming_history') }}

),

-- The ids of listening events are not negative, the keys of exported plays are. An
-- export says when a play ended.
int_delivered_events as (

    select
        event_id as event_key,
        user_key,
        track_key,

        started_at,
        cast({{ dbt.dateadd(
            'millisecond', 'play_duration_ms', 'started_at'
        ) }} as timestamp) as ended_at,
        play_duration_ms,
        device_type,
        shuffle,
        skipped,
        reason,

        file_seq,
        line_number,
        {{ delivery_order('file_seq', 'line_number') }} as delivery_order,
        1 as rows_delivered

    from listening_events

    union all

    select
        event_key,
        user_key,
        track_key,

        cast({{ dbt.dateadd(
            'millisecond', '-play_duration_ms', 'ended_at'
        ) }} as timestamp) as started_at,
        ended_at,
        play_duration_ms,
        cast(null as varchar(32)) as device_type,
        shuffle,
        skipped,
        reason,

        file_seq,
        line_number,
        {{ delivery_order('file_seq', 'line_number') }} as delivery_order,
        1 as rows_delivered

    from exported_plays

)

select * from int_delivered_events
