{#- Place of a delivered row among all of them: files by arrival, in a file its lines. -#}
{% macro delivery_order(file_seq, line_number) -%}
    (1000000000000 * {{ file_seq }} + {{ line_number }})
{%- endmacro %}
