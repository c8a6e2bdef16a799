{#- Money and customers of one movement as columns, from rows of one movement each: 0
    where nobody moves so, and whether they are suppressed. -#}
{% macro movement_cell(movement) -%}
    {%- set is_cell = "movement = '" ~ movement ~ "'" -%}
    coalesce(max(case when {{ is_cell }} then change_usd end), 0)
            as {{ movement }}_mrr_usd,
        coalesce(max(case when {{ is_cell }} then customers end), 0)
            as {{ movement }}_customers,
        bool_or({{ is_cell }} and is_suppressed) as is_{{ movement }}_suppressed,
        bool_or({{ is_cell }} and is_count_suppressed)
            as is_{{ movement }}_count_suppressed
{%- endmacro %}
