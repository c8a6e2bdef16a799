{#- When users who are not heard again leave the users of the last `days` days: the day,
    as far as it is observed, and who left by the length of the window. -#}
{% macro users_leaving(user_days, days) -%}
    select
        cast({{ dbt.dateadd('day', days, 'activity_date') }} as date) as activity_date,
        {% for window in [7, 28, 30] -%}
        {{ 'count(*)' if window == days else 0 }} as users_gone_{{ window }}
        {{- "," if not loop.last }}
        {% endfor %}
    from {{ user_days }}
    where
        coalesce(days_until, {{ days + 1 }}) > {{ days }}
        and {{ dbt.dateadd('day', days, 'activity_date') }} <= observed_until
    group by activity_date
{%- endmacro %}
