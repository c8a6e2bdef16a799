{#- A share with its evidence: value, bounds of the 95 % Wilson score interval, and
    whether its denominator says enough. NULL and unreliable where either number is
    not known or nothing is shared. -#}
{% macro share_columns(name, numerator, denominator) -%}
    {%- set is_known = numerator ~ " is not null and " ~ denominator ~ " > 0" -%}
    {{ numerator }} / nullif(cast(
            {{ denominator }} as double precision
        ), 0) as {{ name }},
        case when {{ is_known }}
            then {{ wilson_bound(numerator, denominator, -1) }}
        end as {{ name }}_lo,
        case when {{ is_known }}
            then {{ wilson_bound(numerator, denominator, 1) }}
        end as {{ name }}_hi,
        coalesce(
            {{ numerator }} is not null
            and {{ denominator }} >= {{ var('min_share_denominator') }},
            false
        ) as {{ name }}_is_reliable
{%- endmacro %}
