{#- What a delivery says of an event, and where it lies among the others. -#}
{% macro session_event_columns(relation) -%}
    {{ event_columns(relation) }},
        {% for column in [
            'track_duration_ms', 'is_known_track', 'session_key', 'session_started_at',
            'begins_session', 'activity_date', 'is_repeat'
        ] -%}
        {{ relation }}.{{ column }}
        {{- ",
        " if not loop.last }}
        {%- endfor -%}
{%- endmacro %}
