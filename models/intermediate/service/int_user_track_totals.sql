{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['user_key', 'track_key'],
    )
}}

with

events as (

    select * from {{ ref('int_classified_events') }}
    where track_key is not null

),

places as (

    select * from {{ ref('int_event_places') }}
    where track_key is not null

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
        events.track_key,
        {{ counted_plays() }}
    from events
    {% if is_incremental() %}
        where
            exists (
                select 1
                from new_places
                where
                    events.user_key = new_places.user_key
                    and events.track_key = new_places.track_key
            )
    {% endif %}
    group by events.user_key, events.track_key

),

-- Where an event was and is no more, nothing is left to count: a row of zeros takes
-- the place of the former one.
left_places as (

    select distinct
        new_places.user_key,
        new_places.track_key
    from new_places
    left join counted
        on
            new_places.user_key = counted.user_key
            and new_places.track_key = counted.track_key
    where
        new_places.is_former
        and counted.user_key is null

),

int_user_track_totals as (

    select
        counted.*,
        latest_file.file_seq as built_through_file_seq
    from counted
    cross join latest_file

    union all

    select
        left_places.user_key,
        left_places.track_key,
        {{ ([0] * 7) | join(', ') }},
        latest_file.file_seq as built_through_file_seq
    from left_places
    cross join latest_file

)

select * from int_user_track_totals
