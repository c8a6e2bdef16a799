{#- Every row meets every condition; one that is NULL counts as met. One scan for all
    of them, and a failing row says which condition it breaks first. -#}
{% test conditions_hold(model, conditions) %}

select
    *,
    case
        {%- for condition in conditions %}
        when not ({{ condition }})
            then '{{ condition | replace("'", "''") }}'
        {%- endfor %}
    end as broken_condition
from {{ model }}
where
    {%- for condition in conditions %}
    {{ "or " if not loop.first }}not ({{ condition }})
    {%- endfor %}

{% endtest %}
