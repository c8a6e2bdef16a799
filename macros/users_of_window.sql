{#- Users of the last `days` days: those who have joined them less those who have left,
    of the observed stretch of days from its first one on. -#}
{% macro users_of_window(days, stretch, date_day) -%}
    cast(sum(
            coalesce(users_come_{{ days }} - users_gone_{{ days }}, 0)
        ) over (
            partition by {{ stretch }}
            order by {{ date_day }}
            rows between unbounded preceding and current row
        ) as bigint)
{%- endmacro %}
