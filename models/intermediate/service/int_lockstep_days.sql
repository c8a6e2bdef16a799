{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='activity_date',
    )
}}

with

events as (

    select * from {{ ref('int_classified_events') }}

),

-- Of their own: what is read once is read no further than it is asked for.
latest_file as (

    select max(built_through_file_seq) as file_seq
    from {{ ref('int_classified_events') }}

),

changes as (

    {{ event_changes(
        ref('int_event_states'), ref('int_built_files'), this
    ) }}

),

changed_dates as (

    {{ changed_keys('changes', ['activity_date'], [
        'event_key', 'user_key', 'track_key', 'started_at', 'is_repeat'
    ]) }}

),

-- No exported plays, whose keys are negative.
looked_at as (

    select *
    from events
    where
        event_key >= 0
        and not is_repeat
        and activity_date in (
            select changed_dates.activity_date from changed_dates
        )

),

near_plays as (

    {{ near_plays('looked_at') }}

),

pairs as (

    {{ lockstep_pairs('near_plays') }}

),

-- Two users meet once a day by chance, and most pairs do. The row of nobody says that
-- the day was looked at, and takes the place of pairs that are no more.
int_lockstep_days as (

    select
        pairs.activity_date,
        pairs.user_key,
        pairs.partner_key,
        pairs.plays,
        latest_file.file_seq as built_through_file_seq
    from pairs
    cross join latest_file
    where pairs.plays >= 2

    union all

    select
        changed_dates.activity_date,
        -1 as user_key,
        -1 as partner_key,
        0 as plays,
        latest_file.file_seq as built_through_file_seq
    from changed_dates
    cross join latest_file

)

select * from int_lockstep_days
