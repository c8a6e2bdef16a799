with

computed as (

    select * from {{ ref('py_stream_anomalies') }}

),

stg_python__stream_anomalies as (

    select
        cast(user_key as bigint) as user_key,

        cast(is_above_mean_and_3_sd as boolean) as is_above_mean_and_3_sd,

        cast(breaks_looped_track as boolean) as breaks_looped_track,
        cast(breaks_sleepless as boolean) as breaks_sleepless,
        cast(breaks_ends_when_paid as boolean) as breaks_ends_when_paid,
        cast(breaks_flat_day as boolean) as breaks_flat_day,
        cast(breaks_overlap as boolean) as breaks_overlap,
        cast(breaks_lockstep as boolean) as breaks_lockstep,
        cast(rules_broken as integer) as rules_broken,

        cast(lockstep_surprise as double precision) as lockstep_surprise,
        cast(anomaly_score as double precision) as anomaly_score,
        cast(is_anomalous as boolean) as is_anomalous,

        cast(reason_1 as varchar(32)) as reason_1,
        cast(reason_2 as varchar(32)) as reason_2,
        cast(reason_3 as varchar(32)) as reason_3

    from computed

)

select * from stg_python__stream_anomalies
