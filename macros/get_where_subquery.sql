{#- dbt's own macro by which a test looks at some rows only, with a word for them: in a
    `where`, `__tested_through__` is the last delivery whose rows have passed this test
    and lie as they did then, 0 where that is not known. So `music-warehouse build`
    tests what a delivery has written and not all that has ever come; a bare `dbt build`
    tests everything. -#}
{% macro get_where_subquery(relation) -%}
    {%- set where = config.get('where', '') -%}
    {%- if not where -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- if execute -%}
        {%- set tested = env_var('DBT_TESTED_THROUGH', '0') | int -%}
        {%- set where = where | replace('__tested_through__', tested) -%}
    {%- endif -%}
    {{ return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') dbt_subquery') }}
{%- endmacro %}
