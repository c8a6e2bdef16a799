with

states as (

    select * from {{ ref('int_event_states') }}

),

int_classified_events as (

    select *
    from states
    where rewritten_through_file_seq = 0

)

select * from int_classified_events
