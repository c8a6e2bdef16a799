{#- One-sided 5 % lower bound of a shrunk rate ratio (observed + k) / (expected + k),
    the quantile of a Gamma distribution by Wilson and Hilferty (1931), PNAS 17,
    684-688. A product instead of power(): engines agree on it to the last bit. -#}
{% macro gamma_lower_bound(observed, expected, prior) -%}
    {%- set a = "(" ~ observed ~ " + cast(" ~ prior ~ " as double precision))" -%}
    {%- set root = "greatest(1.0 - 1.0 / (9.0 * " ~ a ~ ") - 1.6449 / (3.0 * sqrt("
        ~ a ~ ")), 0.0)" -%}
    {{ a }} / ({{ expected }} + {{ prior }}) * {{ root }} * {{ root }} * {{ root }}
{%- endmacro %}
