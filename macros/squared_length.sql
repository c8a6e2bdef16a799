{#- The squared length of a vector of embedding_dimensions() columns. -#}
{% macro squared_length() -%}
    {%- for number in range(1, 51) -%}
        {%- set column = "dim_%02d" % number -%}
        {{ column }} * {{ column }}{{ " + " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
