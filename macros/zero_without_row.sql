{#- Columns of a relation that is joined to a calendar: 0 on a day without a row. -#}
{% macro zero_without_row(relation, key, columns) -%}
    {%- for column in columns -%}
        case
            when {{ relation }}.{{ key }} is null then 0
            else {{ relation }}.{{ column }}
        end as {{ column }}{{ ",
        " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
