with

user_tracks as (

    select * from {{ ref('int_user_tracks') }}

),

int_track_totals as (

    select
        track_key,
        count(*) as listeners,
        {{ added_up_plays() }}
    from user_tracks
    group by track_key

)

select * from int_track_totals
