{#- Schemas carry the names of the layers themselves, not a prefix of the target:
    one warehouse is one database. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{- (custom_schema_name or target.schema) | trim -}}
{%- endmacro %}
