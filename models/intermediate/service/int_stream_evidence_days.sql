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

-- Where an event once was and is no more, nothing may be left to suspect: a row of
-- zeros takes the place of the former one.
former_places as (

    select
        user_key,
        activity_date,
        current_file_seq
    from {{ ref('int_event_versions') }}

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
            events.activity_date
        from events
        inner join built
            on events.built_through_file_seq > built.file_seq

        union

        select
            former_places.user_key,
            former_places.activity_date
        from former_places
        inner join built
            on former_places.current_file_seq > built.file_seq

    ),

{% endif %}

-- What the service recorded itself: a listener's own export tells of the same plays a
-- second time, and would overlap with all of them.
looked_at as (

    select events.*
    from events
    {% if is_incremental() %}
        inner join touched
            on
                events.user_key = touched.user_key
                and events.activity_date = touched.activity_date
    {% endif %}
    where events.table_name = 'listening_events'

),

days as (

    {{ stream_evidence('looked_at') }}

),

left_places as (

    select distinct
        former_places.user_key,
        former_places.activity_date
    from former_places
    {% if is_incremental() %}
        inner join built
            on former_places.current_file_seq > built.file_seq
    {% endif %}
    left join days
        on
            former_places.user_key = days.user_key
            and former_places.activity_date = days.activity_date
    where days.user_key is null

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
