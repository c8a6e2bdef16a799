{#- The sessions among former plays that what has come since may change: key and
    beginning. A new event begins, lengthens or joins sessions of its user; a correction,
    of the event or of a track's length, may take one apart.
    Former plays lie by time, so that the bound in time lets the engine skip what is
    older. -#}
{% macro touched_sessions(former_plays, new_events, tracks, new_files) -%}
    select
        former.session_key,
        former.session_started_at
    from {{ former_plays }} as former
    inner join (
        select
            user_key,
            {{ dbt.dateadd('second', -1800, 'min(started_at)') }} as span_from,
            {{ dbt.dateadd('second', 1800, 'max(ended_at)') }} as span_to
        from {{ new_events }}
        group by user_key, cast(started_at as date)
    ) as new_spans
        on
            former.user_key = new_spans.user_key
            and former.started_at <= new_spans.span_to
            and former.ended_at >= new_spans.span_from
    where
        former.rewritten_through_file_seq = 0
        and former.ended_at >= (
            select {{ dbt.dateadd('second', -1800, 'min(new_events.started_at)') }}
            from {{ new_events }} as new_events
        )

    union

    select
        former.session_key,
        former.session_started_at
    from {{ former_plays }} as former
    inner join {{ new_events }} as new_events
        on former.event_key = new_events.event_key
    where former.rewritten_through_file_seq = 0

    union

    select
        former.session_key,
        former.session_started_at
    from {{ former_plays }} as former
    inner join {{ tracks }} as tracks
        on former.track_key = tracks.track_key
    inner join {{ new_files }} as new_files
        on tracks.file_seq = new_files.file_seq
    where
        former.rewritten_through_file_seq = 0
        and (
            coalesce(former.track_duration_ms, 0) != tracks.duration_ms
            or not former.is_known_track
        )
{%- endmacro %}
