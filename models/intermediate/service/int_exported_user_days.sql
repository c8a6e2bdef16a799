with

events as (

    select * from {{ ref('int_classified_events') }}

),

-- The keys of exported plays are negative.
exports as (

    select * from events
    where event_key < 0

),

-- Of whoever has no export nothing needs to be looked at.
exporters as (

    select distinct user_key
    from exports

),

-- Whatever became of them: a repeated play is the service's word on the day too.
recorded_days as (

    select distinct
        events.user_key,
        events.activity_date
    from events
    inner join exporters
        on events.user_key = exporters.user_key
    where events.event_key >= 0

),

counted as (

    select
        user_key,
        activity_date,
        {{ counted_plays() }},
        count(case when begins_session then 1 end) as sessions
    from exports
    group by user_key, activity_date

),

int_exported_user_days as (

    select
        counted.*,
        recorded_days.user_key is not null as is_recorded
    from counted
    left join recorded_days
        on
            counted.user_key = recorded_days.user_key
            and counted.activity_date = recorded_days.activity_date

)

select * from int_exported_user_days
