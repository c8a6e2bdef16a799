{#- What a user's day of plays shows that somebody who listens does not: one row per user
    and day. Near repeats count here, for a loop of one track is made of nothing else;
    only overlaps leave them out, which a play recorded twice would make. A day is
    looked at by itself: what overlaps over midnight is not seen. -#}
{% macro stream_evidence(events) -%}
    select
        by_track.user_key,
        by_track.activity_date,
        by_track.plays,
        by_track.listened_ms,
        by_track.most_plays_of_a_track,
        by_track.threshold_plays,
        by_hour.squared_plays_of_hours,
        coalesce(overlapping.overlapped_ms, 0) as overlapped_ms
    from (
        select
            user_key,
            activity_date,
            cast(sum(plays) as bigint) as plays,
            cast(sum(listened_ms) as bigint) as listened_ms,
            max(plays) as most_plays_of_a_track,
            cast(sum(threshold_plays) as bigint) as threshold_plays
        from (
            select
                user_key,
                activity_date,
                track_key,
                count(*) as plays,
                sum(play_duration_ms) as listened_ms,
                count(case
                    when play_duration_ms >= 30000 and play_duration_ms < 35000 then 1
                end) as threshold_plays
            from {{ events }}
            group by user_key, activity_date, track_key
        ) as tracks
        group by user_key, activity_date
    ) as by_track
    inner join (
        select
            user_key,
            activity_date,
            cast(sum(plays * plays) as bigint) as squared_plays_of_hours
        from (
            select
                user_key,
                activity_date,
                extract(hour from started_at) as hour_of_day,
                count(*) as plays
            from {{ events }}
            group by user_key, activity_date, extract(hour from started_at)
        ) as hours
        group by user_key, activity_date
    ) as by_hour
        on
            by_track.user_key = by_hour.user_key
            and by_track.activity_date = by_hour.activity_date
    left join (
        select
            user_key,
            activity_date,
            cast(sum(case
                when started_at < former_end
                    then {{ dbt.datediff(
                        'started_at', 'least(ended_at, former_end)', 'millisecond'
                    ) }}
                else 0
            end) as bigint) as overlapped_ms
        from (
            select
                user_key,
                activity_date,
                started_at,
                ended_at,
                max(ended_at) over (
                    partition by user_key, activity_date
                    order by started_at, event_key
                    rows between unbounded preceding and 1 preceding
                ) as former_end
            from {{ events }}
            where not is_repeat
        ) as ordered_plays
        group by user_key, activity_date
    ) as overlapping
        on
            by_track.user_key = overlapping.user_key
            and by_track.activity_date = overlapping.activity_date
{%- endmacro %}
