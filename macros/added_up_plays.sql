{#- What `counted_plays` has counted, added up over a coarser grain. -#}
{% macro added_up_plays() -%}
    {%- for count in [
        'plays', 'streams', 'skips', 'skip_known_plays', 'completes',
        'completion_known_plays', 'listened_ms'
    ] -%}
        cast(sum({{ count }}) as bigint) as {{ count }}{{ ",
        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
