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

-- Where an event once was and is no more, nothing may be left to count: a row of zeros
-- takes the place of the former count.
former_places as (

    select
        user_key,
        track_key,
        current_file_seq
    from {{ ref('int_event_versions') }}
    where track_key is not null

),

latest_file as (

    select max(built_through_file_seq) as file_seq
    from events

),

{% if is_incremental() %}

    built as (

        select coalesce(max(built_through_file_seq), 0) as file_seq
        from {{ this }}

    ),

    touched as (

        select
            events.user_key,
            events.track_key
        from events
        inner join built
            on events.built_through_file_seq > built.file_seq

        union

        select
            former_places.user_key,
            former_places.track_key
        from former_places
        inner join built
            on former_places.current_file_seq > built.file_seq

    ),

{% endif %}

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
                from touched
                where
                    events.user_key = touched.user_key
                    and events.track_key = touched.track_key
            )
    {% endif %}
    group by events.user_key, events.track_key

),

left_places as (

    select distinct
        former_places.user_key,
        former_places.track_key
    from former_places
    {% if is_incremental() %}
        inner join built
            on former_places.current_file_seq > built.file_seq
    {% endif %}
    left join counted
        on
            former_places.user_key = counted.user_key
            and former_places.track_key = counted.track_key
    where counted.user_key is null

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
