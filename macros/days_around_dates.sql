{#- User-days from which something is known at as-of dates: at those of which it is
    observed what came of them, or at the one of which it is to be foretold. -#}
{% macro days_around_dates(user_days, as_of_dates, is_observed) -%}
    select
        as_of_dates.as_of_date,
        as_of_dates.is_observed,
        user_days.*
    from {{ user_days }} as user_days
    inner join {{ as_of_dates }} as as_of_dates
        on
            user_days.activity_date >= as_of_dates.features_from
            and user_days.activity_date <= as_of_dates.outcome_until
    where {{ 'not ' if not is_observed }}as_of_dates.is_observed
{%- endmacro %}
