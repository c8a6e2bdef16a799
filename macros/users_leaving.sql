{#- When users who are not heard again leave the users of the last `days` days: the day,
    and who left by the length of the window. -#}
{% macro users_leaving(user_days, days) -%}
    select
        cast({{ dbt.dateadd('day', days, 'activity_date') }} as date) as activity_date,
        {% for window in [7, 28, 30] -%}
        {{ 'count(*)' if window == days else 0 }} as users_gone_{{ window }}
        {{- "," if not loop.last }}
        {% endfor %}
    from {{ user_days }}
    where
        days_until is null
        or days_until > {{ days }}
    group by activity_date
{%- endmacro %}
