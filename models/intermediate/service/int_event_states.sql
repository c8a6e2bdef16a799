with

session_events as (

    select * from {{ ref('int_session_events') }}

),

-- What is not known is NULL: no flag and no reason do not make a play a whole one.
int_event_states as (

    select
        event_key,
        user_key,
        track_key,
        session_key,

        cast(case
            when event_key < 0 then 'streaming_history' else 'listening_events'
        end as varchar(32)) as table_name,

        started_at,
        ended_at,
        activity_date,
        session_started_at,
        begins_session,
        is_repeat,

        play_duration_ms,
        track_duration_ms,
        case
            when play_duration_ms >= track_duration_ms then 1.0
            else play_duration_ms / cast(track_duration_ms as double precision)
        end as completion_share,

        play_duration_ms >= 30000 as is_stream,
        coalesce(
            skipped,
            case
                when reason in ('fwdbtn', 'backbtn') then true
                when reason = 'trackdone' then false
            end
        ) as is_skip,
        100 * play_duration_ms >= 99 * track_duration_ms as is_complete,
        is_known_track,

        device_type,
        shuffle,
        reason,

        rows_delivered,
        file_seq,
        line_number,
        built_through_file_seq,
        rewritten_through_file_seq

    from session_events

)

select * from int_event_states
