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

unknown_users as (

    select user_key
    from {{ ref('int_streaming_users') }}
    where not is_in_users_file

),

exported_days as (

    select * from {{ ref('int_exported_user_days') }}

),

observed as (

    select * from {{ ref('int_service_stretches') }}
    where
        subject = 'plays'
        and is_observed

),

current_days as (

    select
        events.file_seq,
        events.activity_date,
        count(*) as current_events,
        count(case when events.is_repeat then 1 end) as near_repeats,
        count(case
            when events.event_key < 0 and exported_days.is_recorded then 1
        end) as recorded_exports,
        count(unknown_users.user_key) as unknown_users,
        count(case when not events.is_known_track then 1 end) as unknown_tracks
    from events
    left join unknown_users
        on events.user_key = unknown_users.user_key
    left join exported_days
        on
            events.user_key = exported_days.user_key
            and events.activity_date = exported_days.activity_date
    group by events.file_seq, events.activity_date

),

current_rows as (

    select
        current_days.file_seq,
        cast(sum(current_days.current_events) as bigint) as current_events,
        cast(sum(current_days.near_repeats) as bigint) as near_repeats,
        cast(sum(current_days.recorded_exports) as bigint) as recorded_exports,
        cast(sum(current_days.unknown_users) as bigint) as unknown_users,
        cast(sum(current_days.unknown_tracks) as bigint) as unknown_tracks,
        cast(sum(case
            when observed.subject is null then current_days.current_events else 0
        end) as bigint) as outside_observed_span
    from current_days
    left join observed
        on current_days.activity_date between observed.first_date and observed.last_date
    group by current_days.file_seq

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
        coalesce(current_rows.recorded_exports, 0) as recorded_exports,
        coalesce(current_rows.outside_observed_span, 0) as outside_observed_span,
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
