with

files as (

    select * from {{ ref('stg_deliveries__files') }}
    where
        state = 'loaded'
        and source_name = 'service'
        and table_name in ('listening_events', 'streaming_history')

),

events as (

    select * from {{ ref('int_classified_events') }}

),

versions as (

    select * from {{ ref('int_event_versions') }}

),

users as (

    select * from {{ ref('int_service_users') }}

),

current_rows as (

    select
        events.file_seq,
        count(*) as current_events,
        count(case when events.is_repeat then 1 end) as near_repeats,
        count(case when users.user_key is null then 1 end) as unknown_users,
        count(case when not events.is_known_track then 1 end) as unknown_tracks
    from events
    left join users
        on events.user_key = users.user_key
    group by events.file_seq

),

former_rows as (

    select
        file_seq,
        count(case when is_exact_repeat then 1 end) as exact_repeats,
        count(case when not is_exact_repeat then 1 end) as superseded_events
    from versions
    group by file_seq

),

event_reconciliation as (

    select
        files.file_seq,

        files.table_name,
        files.file_name,

        files.rows_loaded,
        coalesce(current_rows.current_events, 0) as current_events,
        coalesce(former_rows.exact_repeats, 0) as exact_repeats,
        coalesce(former_rows.superseded_events, 0) as superseded_events,

        coalesce(current_rows.near_repeats, 0) as near_repeats,
        coalesce(current_rows.unknown_users, 0) as unknown_users,
        coalesce(current_rows.unknown_tracks, 0) as unknown_tracks,

        files.rows_loaded
        = coalesce(current_rows.current_events, 0)
        + coalesce(former_rows.exact_repeats, 0)
        + coalesce(former_rows.superseded_events, 0) as is_reconciled

    from files
    left join current_rows
        on files.file_seq = current_rows.file_seq
    left join former_rows
        on files.file_seq = former_rows.file_seq

)

select * from event_reconciliation
