with

catalogue as (

    select * from {{ ref('stg_service__tracks') }}

),

exported_plays as (

    select * from {{ ref('stg_service__streaming_history') }}

),

numbered_tracks as (

    select
        *,
        row_number() over (
            partition by track_key
            order by file_seq desc, line_number desc
        ) as recency
    from catalogue

),

-- Their key is a hash of the two names, which are the same in every row of it.
exported_tracks as (

    select
        track_key,
        min(artist_name_key) as artist_name_key,
        min(track_name) as track_name,
        min(artist_name) as artist_name,
        min(file_seq) as file_seq
    from exported_plays
    where track_key is not null
    group by track_key

),

int_service_tracks as (

    select
        track_key,
        artist_name_key,

        track_name,
        artist_name,
        duration_ms,
        true as is_in_catalogue,

        file_seq

    from numbered_tracks
    where recency = 1

    union all

    select
        exported_tracks.track_key,
        exported_tracks.artist_name_key,

        exported_tracks.track_name,
        exported_tracks.artist_name,
        cast(null as bigint) as duration_ms,
        false as is_in_catalogue,

        exported_tracks.file_seq

    from exported_tracks
    left join numbered_tracks
        on exported_tracks.track_key = numbered_tracks.track_key
    where numbered_tracks.track_key is null

)

select * from int_service_tracks
