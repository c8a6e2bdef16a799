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

counted as (

    select
        events.user_key,
        events.activity_date,
        {{ counted_plays() }},
        count(case when events.begins_session then 1 end) as sessions
    from events
    {% if is_incremental() %}
        where
            exists (
                select 1
                from new_places
                where
                    events.user_key = new_places.user_key
                    and events.activity_date = new_places.activity_date
            )
    {% endif %}
    group by events.user_key, events.activity_date

),

-- Where an event was and is no more, nothing is left to count: a row of zeros takes
-- the place of the former one.
left_places as (

    select distinct
        new_places.user_key,
        new_places.activity_date
    from new_places
    left join counted
        on
            new_places.user_key = counted.user_key
            and new_places.activity_date = counted.activity_date
    where
        new_places.is_former
        and counted.user_key is null

),

int_user_day_totals as (

    select
        counted.*,
        latest_file.file_seq as built_through_file_seq
    from counted
    cross join latest_file

    union all

    select
        left_places.user_key,
        left_places.activity_date,
        {{ ([0] * 8) | join(', ') }},
        latest_file.file_seq as built_through_file_seq
    from left_places
    cross join latest_file

)

select * from int_user_day_totals
