{#- Stops a run whose vars do not mean anything: a misspelt choice would be taken for
    the other one. -#}
{% macro assert_settings() -%}
    {%- if execute and var('artist_matching') not in ['matched', 'exact'] -%}
        {{ exceptions.raise_compiler_error(
            "The var artist_matching is `matched` or `exact`, not `"
            ~ var('artist_matching') ~ "`."
        ) }}
    {%- endif -%}
{%- endmacro %}
