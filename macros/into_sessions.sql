{#- The rows of a relation of plays, each with its session's key and beginning, and
    whether it begins it. A play that starts more than half an hour after everything
    earlier of its user has ended begins a session: 1,800 s after it, it still belongs
    to it.
    The key: user keys are random numbers below 2^60, so that adding the second in which
    the session begins keeps two users' sessions apart as well as a hash would, and no
    two sessions of a user begin in one second. -#}
{% macro into_sessions(plays) -%}
    select
        *,
        user_key + {{ dbt.datediff(
            "cast('1970-01-01' as timestamp)", 'session_started_at', 'second'
        ) }} as session_key
    from (
        select
            *,
            max(case when begins_session then started_at end) over (
                partition by user_key
                order by started_at, event_key
                rows between unbounded preceding and current row
            ) as session_started_at
        from (
            select
                *,
                coalesce(
                    started_at > {{ dbt.dateadd('second', 1800, (
                        'max(ended_at) over ('
                        ~ ' partition by user_key'
                        ~ ' order by started_at, event_key'
                        ~ ' rows between unbounded preceding and 1 preceding'
                        ~ ')'
                    )) }},
                    true
                ) as begins_session
            from {{ plays }}
        ) as plays
    ) as session_plays
{%- endmacro %}
