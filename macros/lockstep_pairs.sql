{#- Pairs of users who play the same track within 30 seconds of each other, and how often
    on a day, from a relation of `near_plays`; the smaller key comes first. What is at
    most 30 s apart lies in the same half minute or in neighbouring ones, so that nobody
    is compared with everybody who plays a popular track: as long as the half minute is
    a column of its own, for by a sum of two relations the engine does not look up. -#}
{% macro lockstep_pairs(near_plays) -%}
    select
        earlier_keys.activity_date,
        earlier_keys.user_key,
        later_keys.user_key as partner_key,
        least(
            count(distinct earlier_keys.event_key),
            count(distinct later_keys.event_key)
        ) as plays
    from (
        {%- for half_minutes in [-1, 0, 1] %}
        select
            *,
            half_minute + {{ half_minutes }} as met_half_minute
        from {{ near_plays }}
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    ) as earlier_keys
    inner join {{ near_plays }} as later_keys
        on
            earlier_keys.track_key = later_keys.track_key
            and earlier_keys.activity_date = later_keys.activity_date
            and earlier_keys.met_half_minute = later_keys.half_minute
            and earlier_keys.user_key < later_keys.user_key
    where
        earlier_keys.started_at <= {{ dbt.dateadd(
            'second', 30, 'later_keys.started_at'
        ) }}
        and later_keys.started_at <= {{ dbt.dateadd(
            'second', 30, 'earlier_keys.started_at'
        ) }}
    group by
        earlier_keys.activity_date,
        earlier_keys.user_key,
        later_keys.user_key
{%- endmacro %}
