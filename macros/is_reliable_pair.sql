{#- Whether enough users and enough listeners stand behind what is said of an artist in
    a country. -#}
{% macro is_reliable_pair(listeners, country_users) -%}
    (
        {{ country_users }} >= {{ var('min_country_users') }}
        and {{ listeners }} >= {{ var('min_pair_listeners') }}
    )
{%- endmacro %}
