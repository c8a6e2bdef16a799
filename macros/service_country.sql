{#- A user's country: by the users files, else by the user's own export. -#}
{% macro service_country(users, exported_countries) -%}
    cast(coalesce(
            nullif({{ users }}.country, 'ZZ'), {{ exported_countries }}.country, 'ZZ'
        ) as varchar(2))
{%- endmacro %}
