{#- The columns together are a key: no combination occurs twice. NULL counts as a
    value like every other. dbt and publication read a model's key off this test, so
    its name and its argument are those of dbt-utils. -#}
{% test unique_combination_of_columns(model, combination_of_columns) %}

select
    {{ combination_of_columns | join(', ') }},
    count(*) as occurrences
from {{ model }}
group by {{ combination_of_columns | join(', ') }}
having count(*) > 1

{% endtest %}
