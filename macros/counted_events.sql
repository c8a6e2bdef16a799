{#- How many events of a group meet a condition; of changes, what their weights add up
    to. -#}
{% macro counted_events(condition, weight=none) -%}
    {%- if weight -%}
        cast(sum(case when {{ condition }} then {{ weight }} else 0 end) as bigint)
    {%- else -%}
        count(case when {{ condition }} then 1 end)
    {%- endif -%}
{%- endmacro %}
