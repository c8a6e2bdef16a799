-- Every delivered event counts once, by its latest row: of the rows that came under an id
-- all but one have been replaced, and what days and tracks hold are these events. (That
-- the rows of each file are all among them, `assert_loaded_events_reconcile` says.)
{{ config(group='service') }}

with

events as (

    select
        cast(coalesce(sum(rows_delivered - 1), 0) as bigint) as former_rows,
        cast(
            coalesce(sum(case when is_repeat then 0 else 1 end), 0) as bigint
        ) as plays,
        cast(coalesce(sum(
            case when is_repeat or track_key is null then 0 else 1 end
        ), 0) as bigint) as track_plays,
        cast(coalesce(sum(
            case when not is_repeat then play_duration_ms end
        ), 0) as bigint) as listened_ms,
        cast(
            coalesce(sum(case when begins_session then 1 else 0 end), 0) as bigint
        ) as sessions
    from {{ ref('int_classified_events') }}

),

former as (

    select count(*) as row_count
    from {{ ref('int_event_versions') }}

),

user_days as (

    select
        cast(coalesce(sum(plays), 0) as bigint) as plays,
        cast(coalesce(sum(sessions), 0) as bigint) as sessions,
        cast(coalesce(sum(listened_ms), 0) as bigint) as listened_ms
    from {{ ref('int_user_day_totals') }}

),

user_tracks as (

    select cast(coalesce(sum(plays), 0) as bigint) as plays
    from {{ ref('int_user_track_totals') }}

)

select
    'former rows' as difference_in,
    events.former_rows as expected,
    former.row_count as found
from events
cross join former
where events.former_rows != former.row_count

union all

select
    'plays of user days' as difference_in,
    events.plays as expected,
    user_days.plays as found
from events
cross join user_days
where events.plays != user_days.plays

union all

select
    'sessions of user days' as difference_in,
    events.sessions as expected,
    user_days.sessions as found
from events
cross join user_days
where events.sessions != user_days.sessions

union all

select
    'milliseconds of user days' as difference_in,
    events.listened_ms as expected,
    user_days.listened_ms as found
from events
cross join user_days
where events.listened_ms != user_days.listened_ms

union all

select
    'plays of user tracks' as difference_in,
    events.track_plays as expected,
    user_tracks.plays as found
from events
cross join user_tracks
where events.track_plays != user_tracks.plays
