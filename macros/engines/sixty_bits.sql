{#- The first 60 bits of a text's MD5, as ingestion makes the keys of names. -#}
{% macro sixty_bits(text) -%}
    {{ adapter.dispatch('sixty_bits', 'music_warehouse')(text) }}
{%- endmacro %}

{% macro default__sixty_bits(text) -%}
    strtol(substring(md5({{ text }}), 1, 15), 16)
{%- endmacro %}

{% macro duckdb__sixty_bits(text) -%}
    cast('0x' || substring(md5({{ text }}), 1, 15) as bigint)
{%- endmacro %}
