with

events as (

    select * from {{ ref('int_classified_events') }}

),

users as (

    select * from {{ ref('int_streaming_users') }}

),

fct_plays as (

    select
        events.event_key as play_key,
        events.user_key,
        events.track_key,
        events.session_key,

        events.table_name,
        coalesce(users.country, 'ZZ') as country,

        events.started_at,
        events.ended_at,
        events.activity_date as play_date,

        events.play_duration_ms,
        events.track_duration_ms,
        events.completion_share,

        events.is_stream,
        events.is_skip,
        events.is_complete,
        coalesce(users.is_in_users_file, false) as is_known_user,
        events.is_known_track,

        events.device_type,
        events.shuffle,
        events.reason,

        events.built_through_file_seq

    from events
    left join users
        on events.user_key = users.user_key
    where not events.is_repeat

)

select * from fct_plays
