{#- What a group of user-days adds up to in the `days` days before a moment, in as many
    before those (`former_`), and in the last seven (`week_`). Nothing of the moment's
    own day or later is counted. -#}
{% macro counted_before(days_before, days) -%}
    {%- set windows = [('', 1, days), ('former_', days + 1, 2 * days), ('week_', 1, 7)] -%}
    {%- for prefix, first, last in windows -%}
        {%- set inside = days_before ~ " between " ~ first ~ " and " ~ last -%}
        count(case when {{ inside }} then 1 end) as {{ prefix }}active_days,
        {% for count in [
            'plays', 'skips', 'skip_known_plays', 'completes',
            'completion_known_plays', 'listened_ms', 'sessions'
        ] -%}
        coalesce(
            cast(sum(case when {{ inside }} then {{ count }} end) as bigint), 0
        ) as {{ prefix }}{{ count }},
        {% endfor -%}
    {%- endfor -%}
    min(case when {{ days_before }} >= 1 then {{ days_before }} end) as days_since_play
{%- endmacro %}
