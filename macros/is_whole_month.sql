{#- Whether a month, given by its first day, has ended by the end of a day. -#}
{% macro is_whole_month(month_start_date, last_date) -%}
    {{ dbt.dateadd('month', 1, month_start_date) }}
    <= {{ dbt.dateadd('day', 1, last_date) }}
{%- endmacro %}
