with

events as (

    select * from {{ ref('int_classified_events') }}

),

versions as (

    select * from {{ ref('int_event_versions') }}

),

int_event_places as (

    select
        event_key,
        user_key,
        track_key,
        activity_date,
        file_seq,
        line_number,
        false as is_former,
        built_through_file_seq
    from events

    union all

    select
        event_key,
        user_key,
        track_key,
        activity_date,
        file_seq,
        line_number,
        true as is_former,
        current_file_seq as built_through_file_seq
    from versions

)

select * from int_event_places
