{#- Counts of changes, added to what `former` has counted before. -#}
{% macro brought_up_to_date(changes, counts) -%}
    {%- for count in counts -%}
        {{ changes }}.{{ count }}
        {%- if is_incremental() %} + coalesce(former.{{ count }}, 0){% endif %} as {{ count }}
        {{- ",
        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
