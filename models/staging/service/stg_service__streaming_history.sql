with

delivered as (

    select * from {{ source('service', 'streaming_history') }}

),

-- An export has neither: the same play of the same listener always gets the same keys.
-- A track is known by its names, which both shapes of an export have, a podcast by
-- nothing.
keyed as (

    select
        *,
        case
            when track_name is not null
                then {{ sixty_bits(
                    "coalesce(cast(artist_name_key as varchar(20)), '')"
                    ~ " || '|' || cast(track_name as varchar(2048))"
                ) }}
        end as track_key
    from delivered

),

-- What lies above the last entry of the ledger was left by a crash. Met file by file,
-- so that whoever wants the rows of a few files makes the engine skip the others.
ledger as (

    select file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

stg_service__streaming_history as (

    select
        -1 - {{ sixty_bits(
            "cast(keyed.user_key as varchar(20))"
            ~ " || '|' || cast(" ~ dbt.datediff(
                "cast('1970-01-01' as timestamp)", "keyed.ended_at", "second"
            ) ~ " as varchar(20))"
            ~ " || '|' || cast(keyed.ms_played as varchar(20))"
            ~ " || '|' || coalesce(cast(keyed.track_key as varchar(20)), '')"
        ) }} as event_key,
        cast(keyed.user_key as bigint) as user_key,
        cast(keyed.track_key as bigint) as track_key,
        cast(keyed.artist_name_key as bigint) as artist_name_key,

        cast(keyed.ended_at as timestamp) as ended_at,
        cast(keyed.ms_played as bigint) as play_duration_ms,
        cast(keyed.track_name as varchar(2048)) as track_name,
        cast(keyed.artist_name as varchar(1024)) as artist_name,
        cast(keyed.track_uri as varchar(256)) as track_uri,
        cast(keyed.shuffle as boolean) as shuffle,
        cast(keyed.skipped as boolean) as skipped,
        cast(keyed.reason_end as varchar(32)) as reason,
        cast(lower(keyed.country) as varchar(8)) as country_match_name,

        cast(keyed.file_seq as integer) as file_seq,
        cast(keyed.line_number as bigint) as line_number

    from keyed
    where keyed.file_seq in (select ledger.file_seq from ledger)

)

select * from stg_service__streaming_history
