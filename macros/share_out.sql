{#- The share of one of `parts` equal parts of a whole number, remainders going to the
    first parts: 7 in 2 parts is 4 and 3, and the parts always add up. -#}
{% macro share_out(amount, parts, part_number) -%}
    cast(floor(cast({{ amount }} as double precision) / {{ parts }}) as bigint)
    + case when {{ part_number }} <= mod({{ amount }}, {{ parts }}) then 1 else 0 end
{%- endmacro %}
