{#- Money and customers of one movement as they are published: NULL before the month is
    over, and where they, or what the month opens or closes with, are suppressed. Where
    no row says anything of the month, nobody moved. -#}
{% macro movement_told(movement) -%}
    {%- set is_told = "is_complete and not is_balance_suppressed" -%}
    case
            when
                {{ is_told }}
                and not coalesce(is_{{ movement }}_suppressed, false)
                then cast(coalesce({{ movement }}_mrr_usd, 0) as decimal(18, 2))
        end as {{ movement }}_mrr_usd,
        case
            when
                {{ is_told }}
                and not coalesce(is_{{ movement }}_count_suppressed, false)
                then coalesce({{ movement }}_customers, 0)
        end as {{ movement }}_customers
{%- endmacro %}
