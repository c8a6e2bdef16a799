{#- Up to which file a table, of which every row says that, has been built: 0 while it has
    no rows. -#}
{% macro built_through(former) -%}
    (
        select coalesce(max(former.built_through_file_seq), 0)
        from {{ former }} as former
    )
{%- endmacro %}
