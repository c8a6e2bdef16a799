{#- Lower (side = -1) or upper (side = 1) bound of the 95 % Wilson score interval
    for a proportion. Wilson, E. B. (1927), JASA 22, 209-212.
    The proportion itself limits the bound: at 0 of n and n of n they are equal, and
    rounding must neither part them the wrong way nor leave 0 to 1. NULL where there
    are no trials. -#}
{% macro wilson_bound(successes, trials, side) -%}
    {%- set z = 1.959964 -%}
    {%- set n = "cast(nullif(" ~ trials ~ ", 0) as double precision)" -%}
    {%- set p = "(" ~ successes ~ " / " ~ n ~ ")" -%}
    {%- set sign = "+" if side > 0 else "-" -%}
    {%- set outer, inner = ("least(1.0, ", "greatest") if side > 0
        else ("greatest(0.0, ", "least") -%}
    {{ outer }}{{ inner }}({{ p }}, (
        {{ p }} + {{ z * z / 2 }} / {{ n }} {{ sign }} {{ z }} * sqrt(
            {{ p }} * (1.0 - {{ p }}) / {{ n }}
            + {{ z * z / 4 }} / ({{ n }} * {{ n }})
        )
    ) / (1.0 + {{ z * z }} / {{ n }})))
{%- endmacro %}
