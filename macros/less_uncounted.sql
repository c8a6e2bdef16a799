{#- Counts of a relation less those of another that is joined to it, where it has any
    and a condition holds. -#}
{% macro less_uncounted(totals, uncounted, counts, condition='true') -%}
    {%- for count in counts -%}
        {{ totals }}.{{ count }} - coalesce(
            case when {{ condition }} then {{ uncounted }}.{{ count }} end, 0
        ) as {{ count }}
        {{- ",
        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
