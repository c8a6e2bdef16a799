with

computed as (

    select * from {{ ref('py_anomaly_evaluation') }}

),

stg_python__anomaly_evaluation as (

    select
        cast(model as varchar(32)) as model,
        cast(metric as varchar(64)) as metric,
        cast(split as varchar(32)) as split,

        cast(value as double precision) as value,
        cast(value_lo as double precision) as value_lo,
        cast(value_hi as double precision) as value_hi,

        cast(observations as bigint) as observations,
        cast(seed as bigint) as seed,
        cast(versions as varchar(128)) as versions,
        cast(reason as varchar(256)) as reason

    from computed

)

select * from stg_python__anomaly_evaluation
