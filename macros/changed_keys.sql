{#- The distinct `keys` of events that have come, gone or changed in any of `columns`,
    from a relation of `event_changes`. A state that was rewritten for its session's or
    its track's sake, with the same in these columns, has come and gone: one corrected
    length of a track rewrites sessions of every day and changes next to none. -#}
{% macro changed_keys(changes, keys, columns) -%}
    select distinct
        {{ keys | join(', ') }}
    from {{ changes }}
    {%- if is_incremental() %}
    group by
        {{ (keys + columns) | join(', ') }}
    having sum(weight) != 0
    {%- endif %}
{%- endmacro %}
