{#- The sum of fractions below 1000 in steps of 1e-15: the same whatever the order
    in which threads meet the rows, which a sum of doubles is not. -#}
{% macro exact_sum(fraction) -%}
    cast(sum(cast({{ fraction }} as decimal(18, 15))) as double precision)
{%- endmacro %}
