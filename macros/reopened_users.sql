{#- Users of whom not only the artists that have been played since may be the top one now:
    the former one has lost plays, or what counts has changed by more than plays, by what
    an export tells a second time or by whose track it is.
    `former` and `candidate_plays` are relations of a user's artists and their plays; what
    was written after the file `built_through` is new. -#}
{% macro reopened_users(former, candidate_plays, built_through) -%}
    select former.user_key
    from {{ former }} as former
    left join {{ candidate_plays }} as candidate_plays
        on
            former.user_key = candidate_plays.user_key
            and former.artist_name_key = candidate_plays.artist_name_key
    where former.plays > coalesce(candidate_plays.plays, 0)

    union

    select user_key
    from {{ ref('int_exported_user_days') }}

    union

    select totals.user_key
    from {{ ref('int_user_track_totals') }} as totals
    inner join {{ ref('int_service_tracks') }} as tracks
        on totals.track_key = tracks.track_key
    where tracks.file_seq > {{ built_through }}
{%- endmacro %}
