{#- Whether a cell is about somebody, but about so few that it may describe a person. -#}
{% macro is_small_cell(users) -%}
    ({{ users }} > 0 and {{ users }} < {{ var('min_cell_users') }})
{%- endmacro %}
