-- Every delivered event counts once, by its latest row, and no other row does: file by
-- file, the rows that count and those that a later one has replaced are the rows of the
-- lake. What sessions and days hold are these events, and no play is before its session.
{{ config(group='service') }}

with

built as (

    select coalesce(max(file_seq), 0) as file_seq
    from {{ ref('int_built_files') }}

),

delivered as (

    select
        delivered_events.file_seq,
        count(*) as row_count
    from {{ ref('int_delivered_events') }} as delivered_events
    inner join built
        on delivered_events.file_seq <= built.file_seq
    group by delivered_events.file_seq

),

events as (

    select
        file_seq,
        count(*) as row_count,
        cast(sum(rows_delivered - 1) as bigint) as former_rows,
        cast(sum(case when is_repeat then 0 else 1 end) as bigint) as plays,
        cast(sum(case when begins_session then 1 else 0 end) as bigint) as sessions
    from {{ ref('int_classified_events') }}
    group by file_seq

),

former as (

    select
        file_seq,
        count(*) as row_count
    from {{ ref('int_event_versions') }}
    group by file_seq

),

totals as (

    select
        cast(coalesce(sum(former_rows), 0) as bigint) as former_rows,
        cast(coalesce(sum(plays), 0) as bigint) as plays,
        cast(coalesce(sum(sessions), 0) as bigint) as sessions
    from events

),

user_days as (

    select
        cast(coalesce(sum(plays), 0) as bigint) as plays,
        cast(coalesce(sum(sessions), 0) as bigint) as sessions
    from {{ ref('int_user_day_totals') }}

),

former_totals as (

    select count(*) as row_count
    from {{ ref('int_event_versions') }}

)

select
    'rows of a file' as difference_in,
    delivered.file_seq,
    delivered.row_count as expected,
    coalesce(events.row_count, 0) + coalesce(former.row_count, 0) as found
from delivered
left join events
    on delivered.file_seq = events.file_seq
left join former
    on delivered.file_seq = former.file_seq
where
    delivered.row_count
    != coalesce(events.row_count, 0) + coalesce(former.row_count, 0)

union all

select
    'former rows' as difference_in,
    cast(null as integer) as file_seq,
    totals.former_rows as expected,
    former_totals.row_count as found
from totals
cross join former_totals
where totals.former_rows != former_totals.row_count

union all

select
    'plays of user days' as difference_in,
    cast(null as integer) as file_seq,
    totals.plays as expected,
    user_days.plays as found
from totals
cross join user_days
where totals.plays != user_days.plays

union all

select
    'sessions of user days' as difference_in,
    cast(null as integer) as file_seq,
    totals.sessions as expected,
    user_days.sessions as found
from totals
cross join user_days
where totals.sessions != user_days.sessions
