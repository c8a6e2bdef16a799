{#- The columns of a vector: dim_01 … dim_50, as many as the contracts name. Those past
    `embedding_dimensions` are 0, which changes no angle and no length. -#}
{% macro embedding_dimensions() -%}
    {%- set columns = 50 -%}
    {%- if var('embedding_dimensions') > columns -%}
        {{ exceptions.raise_compiler_error(
            "embedding_dimensions is at most " ~ columns ~ ", the columns that readers"
            ~ " of the embeddings rely on."
        ) }}
    {%- endif -%}
    {%- for number in range(1, columns + 1) -%}
        {%- set column = "dim_%02d" % number -%}
        {%- set source = column if number <= var('embedding_dimensions') else 0 -%}
        cast({{ source }} as double precision) as {{ column }}
        {%- if not loop.last %},
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}
