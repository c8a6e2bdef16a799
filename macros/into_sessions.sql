{#- The rows of a relation of plays, each with its session's key and beginning, and
    whether it begins it. A play that starts more than half an hour after everything
    earlier of its user has ended begins a session: 1,800 s after it, it still belongs
    to it. A listener's export, whose plays have negative keys, tells of the service's
    own plays a second time and a little earlier: it has sessions of its own, so that it
    joins none of the service's.
    The key: user keys are random numbers below 2^60, so that adding the second in which
    the session begins keeps two users' sessions apart as well as a hash would, and no
    two sessions of a user begin in one second. Those of exports are negative. -#}
{% macro into_sessions(plays) -%}
    {%- set history = "case when event_key < 0 then -user_key else user_key end" -%}
    select
        *,
        case when event_key < 0 then -1 else 1 end * (
            user_key + {{ dbt.datediff(
                "cast('1970-01-01' as timestamp)", 'session_started_at', 'second'
            ) }}
        ) as session_key
    from (
        select
            *,
            max(case when begins_session then started_at end) over (
                partition by {{ history }}
                order by started_at, event_key
                rows between unbounded preceding and current row
            ) as session_started_at
        from (
            select
                *,
                coalesce(
                    started_at > {{ dbt.dateadd('second', 1800, (
                        'max(ended_at) over ('
                        ~ ' partition by ' ~ history
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
