with

evidence as (

    select * from {{ ref('int_stream_evidence') }}

),

anomalies as (

    select * from {{ ref('stg_python__stream_anomalies') }}

),

stream_anomalies as (

    select
        evidence.user_key,

        evidence.active_days,
        evidence.plays,
        evidence.most_plays_of_a_track,
        evidence.most_hours,
        evidence.threshold_share_lo,
        evidence.effective_hours,
        evidence.overlap_share,
        evidence.lockstep_partner_key,
        evidence.lockstep_plays,
        evidence.lockstep_plays_by_chance,
        anomalies.lockstep_surprise,

        anomalies.is_above_mean_and_3_sd,
        anomalies.breaks_looped_track,
        anomalies.breaks_sleepless,
        anomalies.breaks_ends_when_paid,
        anomalies.breaks_flat_day,
        anomalies.breaks_overlap,
        anomalies.breaks_lockstep,
        anomalies.rules_broken,

        anomalies.anomaly_score,
        anomalies.is_anomalous,
        anomalies.reason_1,
        anomalies.reason_2,
        anomalies.reason_3

    from evidence
    inner join anomalies
        on evidence.user_key = anomalies.user_key

)

select * from stream_anomalies
