with

user_tracks as (

    select * from {{ ref('int_user_tracks') }}

),

tracks as (

    select * from {{ ref('int_service_tracks') }}

),

track_plays as (

    select
        track_key,
        count(*) as listeners,
        {{ added_up_plays() }}
    from user_tracks
    group by track_key

),

judged as (

    select
        *,
        {{ is_small_cell('listeners') }} as is_suppressed
    from track_plays

),

told as (

    select
        track_key,
        {{ unless_suppressed([
            'listeners', 'plays', 'streams', 'listened_ms', 'skips',
            'skip_known_plays', 'completes', 'completion_known_plays'
        ]) }},
        is_suppressed
    from judged

),

track_performance as (

    select
        told.track_key,

        tracks.track_name,
        tracks.artist_name_key,
        tracks.artist_name,
        tracks.duration_ms,
        coalesce(tracks.is_in_catalogue, false) as is_in_catalogue,

        told.listeners,
        told.plays,
        told.streams,
        told.listened_ms,

        told.skips,
        told.skip_known_plays,
        {{ share_columns('skip_share', 'told.skips', 'told.skip_known_plays') }},

        told.completes,
        told.completion_known_plays,
        {{ share_columns(
            'completion_share', 'told.completes', 'told.completion_known_plays'
        ) }},

        told.is_suppressed

    from told
    left join tracks
        on told.track_key = tracks.track_key

)

select * from track_performance
