{#- What a group of classified events adds up to; a play repeated nearly at the same
    time counts for nothing. Of a share of plays the denominator is those of which it is
    known. -#}
{% macro counted_plays() -%}
    count(case when not is_repeat then 1 end) as plays,
        {% for count, condition in [
            ('streams', 'is_stream'),
            ('skips', 'is_skip'),
            ('skip_known_plays', 'is_skip is not null'),
            ('completes', 'is_complete'),
            ('completion_known_plays', 'is_complete is not null'),
        ] -%}
        count(case when not is_repeat and {{ condition }} then 1 end) as {{ count }},
        {% endfor -%}
        coalesce(cast(
            sum(case when not is_repeat then play_duration_ms end) as bigint
        ), 0) as listened_ms
{%- endmacro %}
