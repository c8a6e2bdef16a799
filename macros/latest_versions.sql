{#- The rows of a relation of delivered events that count: under one id the latest
    delivery. How often the id came is added up. Few ids come twice, so that most rows
    meet no partner and none is sorted. -#}
{% macro latest_versions(events) -%}
    select
        {{ event_columns(
            'events', 'coalesce(repeated.rows_delivered, events.rows_delivered)'
        ) }}
    from {{ events }} as events
    left join (
        select
            event_key,
            max(delivery_order) as delivery_order,
            cast(sum(rows_delivered) as bigint) as rows_delivered
        from {{ events }}
        group by event_key
        having count(*) > 1
    ) as repeated
        on events.event_key = repeated.event_key
    where
        repeated.event_key is null
        or events.delivery_order = repeated.delivery_order
{%- endmacro %}
