with

delivered as (

    select * from {{ source('service', 'listening_events') }}

),

-- What lies above the last entry of the ledger was left by a crash. Met file by file,
-- so that whoever wants the rows of a few files makes the engine skip the others.
ledger as (

    select file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

stg_service__listening_events as (

    select
        cast(delivered.event_id as bigint) as event_id,
        cast(delivered.user_key as bigint) as user_key,
        cast(delivered.track_key as bigint) as track_key,

        cast(delivered.started_at as timestamp) as started_at,
        cast(delivered.play_duration_ms as bigint) as play_duration_ms,
        cast(delivered.device_type as varchar(32)) as device_type,
        cast(delivered.shuffle as boolean) as shuffle,
        cast(delivered.skipped as boolean) as skipped,
        cast(delivered.reason as varchar(32)) as reason,

        cast(delivered.file_seq as integer) as file_seq,
        cast(delivered.line_number as bigint) as line_number

    from delivered
    where delivered.file_seq in (select ledger.file_seq from ledger)

)

select * from stg_service__listening_events
