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

totals as (

    select *
    from {{ ref('int_user_day_totals') }}
    where user_key in (select exporters.user_key from exporters)

),

recorded_sessions as (

    select distinct events.session_key
    from events
    inner join exporters
        on events.user_key = exporters.user_key
    where events.event_key >= 0

),

counted as (

    select
        exports.user_key,
        exports.activity_date,
        {{ counted_plays() }},
        count(case
            when exports.begins_session and recorded_sessions.session_key is null
                then 1
        end) as sessions
    from exports
    left join recorded_sessions
        on exports.session_key = recorded_sessions.session_key
    group by exports.user_key, exports.activity_date

),

int_exported_user_days as (

    select
        counted.*,
        totals.plays > counted.plays as is_recorded
    from counted
    inner join totals
        on
            counted.user_key = totals.user_key
            and counted.activity_date = totals.activity_date

)

select * from int_exported_user_days
