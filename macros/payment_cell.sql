{#- Users, payments and money of one payment status as columns, from rows of one status
    each: 0 where nobody has any, NULL where the cell is suppressed, and whether it is.
    Names are given in this order. -#}
{% macro payment_cell(status, users, payments, amount, flag) -%}
    {%- set is_cell = "payment_status = '" ~ status ~ "'" -%}
    {%- set is_told = "not bool_or(" ~ is_cell ~ " and is_suppressed)" -%}
    {%- for column, name in [
        ('users', users), ('payments', payments), ('amount_usd', amount)
    ] -%}
        case
            when {{ is_told }}
                then coalesce(max(case when {{ is_cell }} then {{ column }} end), 0)
        end as {{ name }},
        {% endfor -%}
        bool_or({{ is_cell }} and is_suppressed) as {{ flag }}
{%- endmacro %}
