{#- What a delivery says of an event, and how often the event has come so far. -#}
{% macro event_columns(relation, rows_delivered=none) -%}
    {%- for column in [
        'event_key', 'user_key', 'track_key', 'started_at', 'ended_at',
        'play_duration_ms', 'device_type', 'shuffle', 'skipped', 'reason',
        'file_seq', 'line_number', 'delivery_order'
    ] -%}
        {{ relation }}.{{ column }},
        {% endfor -%}
        {{ rows_delivered or relation ~ '.rows_delivered' }} as rows_delivered
{%- endmacro %}
