with

staleness as (

    select * from {{ ref('int_embedding_staleness') }}

),

latest_file as (

    select coalesce(max(file_seq), 0) as file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

observations as (

    select
        model_group,
        'new_artists' as reason,
        cast(new_artists as double precision) as observed,
        cast({{ var('retrain_above_new_artists') }} as double precision) as threshold,
        trained_through_file_seq
    from staleness

    union all

    select
        model_group,
        'changed_user_share' as reason,
        changed_user_share as observed,
        cast(
            {{ var('retrain_above_changed_user_share') }} as double precision
        ) as threshold,
        trained_through_file_seq
    from staleness

    union all

    select
        model_group,
        'listener_drift' as reason,
        listener_drift as observed,
        cast({{ var('retrain_above_drift') }} as double precision) as threshold,
        trained_through_file_seq
    from staleness

    union all

    select
        model_group,
        'vanished_share' as reason,
        vanished_share as observed,
        cast(
            {{ var('retrain_above_vanished_share') }} as double precision
        ) as threshold,
        trained_through_file_seq
    from staleness

),

retraining_triggers as (

    select
        observations.model_group,
        cast(observations.reason as varchar(64)) as reason,

        coalesce(observations.observed, 0) as observed,
        observations.threshold,
        cast(observations.trained_through_file_seq as integer)
            as trained_through_file_seq,
        cast(latest_file.file_seq as integer) as built_through_file_seq,

        coalesce(observations.observed > observations.threshold, false) as is_due

    from observations
    cross join latest_file

)

select * from retraining_triggers
