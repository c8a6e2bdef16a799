with

events as (

    select * from {{ ref('int_classified_events') }}

),

-- A play repeated nearly at the same time holds a session open, but counts for nothing.
fct_sessions as (

    select
        session_key,
        user_key,

        session_started_at as started_at,
        max(ended_at) as ended_at,
        cast(session_started_at as date) as session_date,

        {{ counted_plays() }},
        count(distinct case when not is_repeat then track_key end) as tracks

    from events
    group by
        session_key,
        user_key,
        session_started_at

)

select * from fct_sessions
