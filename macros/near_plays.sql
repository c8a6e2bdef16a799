{#- The plays of a relation that begin within 30 seconds of another of their track on the
    same day, which few do, with the half minute in which they begin. Midnight parts
    neighbours. -#}
{% macro near_plays(plays) -%}
    {%- set window = "over ("
        ~ " partition by track_key, activity_date"
        ~ " order by started_at, event_key"
        ~ ")" -%}
    select
        event_key,
        user_key,
        track_key,
        activity_date,
        started_at,
        floor(cast({{ dbt.datediff(
            "cast('1970-01-01' as timestamp)", 'started_at', 'second'
        ) }} as double precision) / 30) as half_minute
    from (
        select
            event_key,
            user_key,
            track_key,
            activity_date,
            started_at,
            coalesce(started_at <= {{ dbt.dateadd(
                'second', 30, 'lag(started_at) ' ~ window
            ) }}, false) as follows,
            coalesce(lead(started_at) {{ window }} <= {{ dbt.dateadd(
                'second', 30, 'started_at'
            ) }}, false) as is_followed
        from {{ plays }}
    ) as neighbours
    where follows or is_followed
{%- endmacro %}
