{#- The events of sessions among former plays, as they stand. Former plays lie by time,
    so that the bound in time lets the engine skip what is older. -#}
{% macro touched_events(former_plays, touched_sessions) -%}
    select former.*
    from {{ former_plays }} as former
    inner join {{ touched_sessions }} as touched_sessions
        on former.session_key = touched_sessions.session_key
    where
        former.rewritten_through_file_seq = 0
        and former.started_at >= (
            select min(touched_sessions.session_started_at)
            from {{ touched_sessions }} as touched_sessions
        )
{%- endmacro %}
