{#- A country's two letters as a whole number: joins and groupings of many millions of
    rows by it take two thirds of the time that the text takes. -#}
{% macro country_number(country) -%}
    (256 * ascii(substring({{ country }}, 1, 1)) + ascii(substring({{ country }}, 2, 1)))
{%- endmacro %}
