{#- Whether a cell is suppressed that adds up with others to a total that readers may
    know: where it is small, and where the smaller ones are, but are together so few
    that the total less the rest would still tell of them. So what is missing from a
    total is nobody's or that of `min_cell_users` people in at least two cells, as far
    as there are so many. Cox, L. H. (1980), JASA 75, 377-385. -#}
{% macro is_suppressed_cell(users, total, order) -%}
    (
        {{ is_small_cell(users) }}
        or (
            {{ users }} > 0
            and coalesce(sum({{ users }}) over (
                partition by {{ total }}
                order by {{ users }}, {{ order }}
                rows between unbounded preceding and 1 preceding
            ), 0) between 1 and {{ var('min_cell_users') - 1 }}
        )
    )
{%- endmacro %}
