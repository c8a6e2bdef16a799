{#- What one item adds to twice the Jensen-Shannon divergence (base 2) of p and q,
    less its q: sum the terms over the items with p > 0, add 1, halve. The items
    with p = 0 add q each, and all q add up to 1. Lin, J. (1991), IEEE Transactions
    on Information Theory 37, 145-151. -#}
{% macro jensen_shannon_term(p, q) -%}
    (
        {{ p }} * ln(2.0 * {{ p }} / ({{ p }} + {{ q }}))
        + {{ q }} * ln(2.0 * {{ q }} / ({{ p }} + {{ q }}))
    ) / ln(2.0) - {{ q }}
{%- endmacro %}
