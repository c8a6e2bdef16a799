{#- What a group of classified events adds up to; a play repeated nearly at the same
    time counts for nothing. Of a share of plays the denominator is those of which it is
    known. Of changes, each event counts by its `weight`. -#}
{% macro counted_plays(weight=none) -%}
    {{ counted_events('not is_repeat', weight) }} as plays,
        {% for count, condition in [
            ('streams', 'is_stream'),
            ('skips', 'is_skip'),
            ('skip_known_plays', 'is_skip is not null'),
            ('completes', 'is_complete'),
            ('completion_known_plays', 'is_complete is not null'),
        ] -%}
        {{ counted_events('not is_repeat and ' ~ condition, weight) }} as {{ count }},
        {% endfor -%}
        {%- set listened = 'play_duration_ms' ~ (' * ' ~ weight if weight else '') -%}
        coalesce(cast(
            sum(case when not is_repeat then {{ listened }} end) as bigint
        ), 0) as listened_ms
{%- endmacro %}
