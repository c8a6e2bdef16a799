{#- States of events by which what `former` has counted (a table that says up to which
    file in `built_through_file_seq`) differs from what is now: those that have come
    since weigh 1, those that have gone -1. Without a former table all that are there
    have come. A state that has come and gone since is neither.
    `files` lists all that have been built from: by a list of files, unlike by a bound,
    the engine sees that little has changed, and joins the little to the much. -#}
{% macro event_changes(states, files, former) -%}
    select
        states.*,
        1 as weight
    from {{ states }} as states
    where
        states.rewritten_through_file_seq = 0
    {%- if is_incremental() %}
        {%- set counted = built_through(former) %}
        {%- set new_files -%}
            (
                select files.file_seq
                from {{ files }} as files
                where files.file_seq > {{ counted }}
            )
        {%- endset %}
        and states.built_through_file_seq in {{ new_files }}

    union all

    select
        states.*,
        -1 as weight
    from {{ states }} as states
    where
        states.rewritten_through_file_seq in {{ new_files }}
        and states.built_through_file_seq <= {{ counted }}
    {%- endif %}
{%- endmacro %}
