{#- A user's plays of each artist: of the pairs in `wanted`, a relation of users and, unless
    `of_users` alone are wanted, artists; without one, of all. -#}
{% macro plays_of_artists(user_tracks, tracks, wanted=none, of_users=false) -%}
    select
        user_tracks.user_key,
        tracks.artist_name_key,
        cast(sum(user_tracks.plays) as bigint) as plays
    from {{ user_tracks }} as user_tracks
    inner join {{ tracks }} as tracks
        on user_tracks.track_key = tracks.track_key
    {%- if wanted and not of_users %}
    inner join {{ wanted }} as wanted
        on
            user_tracks.user_key = wanted.user_key
            and tracks.artist_name_key = wanted.artist_name_key
    {%- endif %}
    {%- if wanted and of_users %}
    where user_tracks.user_key in (select wanted.user_key from {{ wanted }} as wanted)
    {%- endif %}
    group by user_tracks.user_key, tracks.artist_name_key
{%- endmacro %}
