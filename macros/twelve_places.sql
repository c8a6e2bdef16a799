{#- A double rounded to 41 bits, a little over 12 significant places, so that a rank does
    not hang on the last bits of a computed number. The first part of Veltkamp's
    splitting: Dekker, T. J. (1971), Numerische Mathematik 18, 224-242. -#}
{% macro twelve_places(x) -%}
    (4097.0 * {{ x }} - (4097.0 * {{ x }} - {{ x }}))
{%- endmacro %}
