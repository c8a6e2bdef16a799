with

track_totals as (

    select * from {{ ref('int_track_totals') }}

),

tracks as (

    select * from {{ ref('int_service_tracks') }}

),

named as (

    select
        track_totals.*,
        tracks.track_name,
        tracks.artist_name_key,
        tracks.artist_name,
        tracks.duration_ms,
        coalesce(tracks.is_in_catalogue, false) as is_in_catalogue
    from track_totals
    left join tracks
        on track_totals.track_key = tracks.track_key

),

-- Over the tracks the plays add up to those of all days.
judged as (

    select
        *,
        {{ is_suppressed_cell('listeners', 'is_in_catalogue', 'track_key') }}
            as is_suppressed
    from named

),

-- What no catalogue has and few have played is from the library of whoever brought an
-- export: its key alone is a hash of artist and title.
told as (

    select
        track_key,
        track_name,
        artist_name_key,
        artist_name,
        duration_ms,
        is_in_catalogue,
        {{ unless_suppressed([
            'listeners', 'plays', 'streams', 'listened_ms', 'skips',
            'skip_known_plays', 'completes', 'completion_known_plays'
        ]) }},
        is_suppressed
    from judged
    where
        is_in_catalogue
        or not is_suppressed

),

track_performance as (

    select
        track_key,

        track_name,
        artist_name_key,
        artist_name,
        duration_ms,
        is_in_catalogue,

        listeners,
        plays,
        streams,
        listened_ms,

        skips,
        skip_known_plays,
        {{ share_columns('skip_share', 'skips', 'skip_known_plays') }},

        completes,
        completion_known_plays,
        {{ share_columns(
            'completion_share', 'completes', 'completion_known_plays'
        ) }},

        is_suppressed

    from told

)

select * from track_performance
