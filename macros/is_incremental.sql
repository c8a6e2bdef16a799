{#- dbt's own macro with one question moved to the front: a full refresh needs no
    look at the database, so `dbt compile --full-refresh` works for Redshift
    without a connection. -#}
{% macro is_incremental() -%}
    {%- if not execute or should_full_refresh() -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(dbt.is_incremental()) }}
{%- endmacro %}
