{#- User-days from which something is known at as-of dates, or is to be foretold: those
    of the dates that meet a condition. -#}
{% macro days_around_dates(user_days, as_of_dates, condition) -%}
    select
        as_of_dates.as_of_date,
        as_of_dates.is_observed,
        user_days.*
    from {{ user_days }} as user_days
    inner join {{ as_of_dates }} as as_of_dates
        on
            user_days.activity_date >= as_of_dates.features_from
            and user_days.activity_date <= as_of_dates.outcome_until
    where {{ condition }}
{%- endmacro %}
