{#- Lower (side = -1) or upper (side = 1) bound of the 95 % Wilson score interval
    for a proportion. Wilson, E. B. (1927), JASA 22, 209-212.
    NULL where there are no trials. -#}
{% macro wilson_bound(successes, trials, side) -%}
    {%- set z = 1.959964 -%}
    {%- set p = "(cast(" ~ successes ~ " as double precision) / nullif("
        ~ trials ~ ", 0))" -%}
    {%- set sign = "+" if side > 0 else "-" -%}
    least(1.0, greatest(0.0,
        ({{ p }} + {{ z * z / 2 }} / {{ trials }} {{ sign }} {{ z }} * sqrt(
            {{ p }} * (1.0 - {{ p }}) / {{ trials }}
            + {{ z * z / 4 }} / (cast({{ trials }} as double precision) * {{ trials }})
        )) / (1.0 + {{ z * z }} / {{ trials }})
    ))
{%- endmacro %}
