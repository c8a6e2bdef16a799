with

events as (

    select * from {{ ref('int_classified_events') }}

),

exported_days as (

    select * from {{ ref('int_exported_user_days') }}
    where is_recorded

),

exports as (

    select events.*
    from events
    inner join exported_days
        on
            events.user_key = exported_days.user_key
            and events.activity_date = exported_days.activity_date
    where
        events.event_key < 0
        and events.track_key is not null

),

int_uncounted_exports as (

    select
        user_key,
        track_key,
        {{ counted_plays() }}
    from exports
    group by user_key, track_key

)

select * from int_uncounted_exports
