with

versions as (

    select * from {{ ref('int_event_versions') }}

),

event_conflicts as (

    select
        file_seq,
        line_number,

        case when event_key >= 0 then event_key end as event_id,
        current_file_seq,
        current_line_number,

        user_differs,
        track_differs,
        start_differs,
        duration_differs,
        circumstances_differ

    from versions
    where not is_exact_repeat

)

select * from event_conflicts
