{#- Columns that are NULL in a suppressed row. -#}
{% macro unless_suppressed(columns) -%}
    {%- for column in columns -%}
        case when not is_suppressed then {{ column }} end as {{ column }}{{ ",
        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
