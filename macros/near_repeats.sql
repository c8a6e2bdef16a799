{#- The plays of a relation that repeat another nearly at the same time: event_key. Plays
    of one track in one session form a chain as long as each starts within a minute, and
    within half the track, of the one before; of a chain its longest play counts, of
    equal ones the earliest. A play of no known track repeats nothing.
    Few plays are in a chain at all, so that only they are numbered and ranked. -#}
{% macro near_repeats(plays) -%}
    {%- set reach = "case when track_duration_ms < 120000"
        ~ " then cast(floor(cast(track_duration_ms as double precision) / 2) as bigint)"
        ~ " else 60000 end" -%}
    {%- set window = "over ("
        ~ " partition by session_key, track_key"
        ~ " order by started_at, event_key" -%}
    select event_key
    from (
        select
            event_key,
            row_number() over (
                partition by session_key, track_key, chain_number
                order by play_duration_ms desc, started_at, event_key
            ) as place
        from (
            select
                *,
                sum(case when follows then 0 else 1 end) {{ window }}
                    rows between unbounded preceding and current row
                ) as chain_number
            from (
                select
                    event_key,
                    track_key,
                    session_key,
                    started_at,
                    play_duration_ms,
                    coalesce(started_at <= {{ dbt.dateadd(
                        'millisecond', reach, 'lag(started_at) ' ~ window ~ ')'
                    ) }}, false) as follows,
                    coalesce(lead(started_at) {{ window }}) <= {{ dbt.dateadd(
                        'millisecond', reach, 'started_at'
                    ) }}, false) as is_followed
                from {{ plays }}
                where track_key is not null
            ) as neighbours
            where follows or is_followed
        ) as chains
    ) as ranked_plays
    where place > 1
{%- endmacro %}
