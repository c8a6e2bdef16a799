with

totals as (

    select * from {{ ref('int_user_track_totals') }}

),

uncounted as (

    select * from {{ ref('int_uncounted_exports') }}

),

int_user_tracks as (

    select
        totals.user_key,
        totals.track_key,

        {{ less_uncounted('totals', 'uncounted', [
            'plays', 'streams', 'skips', 'skip_known_plays', 'completes',
            'completion_known_plays', 'listened_ms'
        ]) }}

    from totals
    left join uncounted
        on
            totals.user_key = uncounted.user_key
            and totals.track_key = uncounted.track_key
    where totals.plays > coalesce(uncounted.plays, 0)

)

select * from int_user_tracks
