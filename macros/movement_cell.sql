{#- Money and customers of one movement as columns, from rows of one movement each: 0
    where nobody moves so, and whether they are suppressed. Where one alone would be,
    what opens and closes the month and the zeros beside it would tell of it: all that
    add up with it are. -#}
{% macro movement_cell(movement) -%}
    {%- set is_cell = "movement = '" ~ movement ~ "'" -%}
    {%- set comes_or_goes = "('new', 'reactivation', 'churn')" -%}
    coalesce(max(case when {{ is_cell }} then change_usd end), 0)
            as {{ movement }}_mrr_usd,
        coalesce(max(case when {{ is_cell }} then customers end), 0)
            as {{ movement }}_customers,
        bool_or({{ is_cell }} and is_suppressed)
        or count(case when is_suppressed then 1 end) = 1
            as is_{{ movement }}_suppressed,
        bool_or({{ is_cell }} and is_count_suppressed)
        {%- if movement in ['new', 'reactivation', 'churn'] %}
        or count(case
            when is_count_suppressed and movement in {{ comes_or_goes }} then 1
        end) = 1
        {%- endif %}
            as is_{{ movement }}_count_suppressed
{%- endmacro %}
