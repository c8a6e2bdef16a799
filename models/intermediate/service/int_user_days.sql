with

totals as (

    select * from {{ ref('int_user_day_totals') }}

),

int_user_days as (

    select
        user_key,
        activity_date,

        plays,
        streams,
        skips,
        skip_known_plays,
        completes,
        completion_known_plays,
        listened_ms,
        sessions

    from totals
    where plays > 0

)

select * from int_user_days
