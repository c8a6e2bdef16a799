with

totals as (

    select * from {{ ref('int_user_track_totals') }}

),

int_user_tracks as (

    select
        user_key,
        track_key,

        plays,
        streams,
        skips,
        skip_known_plays,
        completes,
        completion_known_plays,
        listened_ms

    from totals
    where plays > 0

)

select * from int_user_tracks
