{#- A country's mean share of plays per user, shrunk towards the world's as if `prior`
    users with the world's mean listened there too (empirical Bayes). -#}
{% macro user_mean_share_eb(user_share_sum, country_users, world_mean_share) -%}
    {%- set prior = var('user_share_prior_users') -%}
    ({{ user_share_sum }} + {{ prior }} * {{ world_mean_share }})
    / cast({{ country_users }} + {{ prior }} as double precision)
{%- endmacro %}
