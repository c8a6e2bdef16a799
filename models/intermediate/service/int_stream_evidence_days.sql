{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['user_key', 'activity_date'],
    )
}}

with

events as (

    select * from {{ ref('int_classified_events') }}

),

places as (

    select * from {{ ref('int_event_places') }}

),

-- Of their own: what is read once is read no further than it is asked for.
latest_file as (

    select max(built_through_file_seq) as file_seq
    from {{ ref('int_classified_events') }}

),

new_places as (

    select *
    from places
    {% if is_incremental() %}
        where
            built_through_file_seq > (
                select coalesce(max(former.built_through_file_seq), 0)
                from {{ this }} as former
            )
    {% endif %}

),

-- What the service recorded itself, whose ids are not negative: a listener's own export
-- tells of the same plays a second time, and would overlap with all of them.
looked_at as (

    select *
    from events
    where event_key >= 0
    {% if is_incremental() %}
        and exists (
            select 1
            from new_places
            where
                events.user_key = new_places.user_key
                and events.activity_date = new_places.activity_date
        )
    {% endif %}

),

days as (

    {{ stream_evidence('looked_at') }}

),

-- Where an event was and is no more, nothing is left to suspect: a row of zeros takes
-- the place of the former one.
left_places as (

    select distinct
        new_places.user_key,
        new_places.activity_date
    from new_places
    left join days
        on
            new_places.user_key = days.user_key
            and new_places.activity_date = days.activity_date
    where
        new_places.is_former
        and days.user_key is null

),

int_stream_evidence_days as (

    select
        days.*,
        latest_file.file_seq as built_through_file_seq
    from days
    cross join latest_file

    union all

    select
        left_places.user_key,
        left_places.activity_date,
        {{ ([0] * 6) | join(', ') }},
        latest_file.file_seq as built_through_file_seq
    from left_places
    cross join latest_file

)

select * from int_stream_evidence_days
