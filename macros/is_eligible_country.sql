{#- Whether a country is known and has users enough to be ranked among countries. -#}
{% macro is_eligible_country(country, country_users) -%}
    ({{ country }} != 'ZZ' and {{ country_users }} >= {{ var('min_country_users') }})
{%- endmacro %}
