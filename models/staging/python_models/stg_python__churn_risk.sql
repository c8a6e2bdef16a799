with

computed as (

    select * from {{ ref('py_churn_risk') }}

),

stg_python__churn_risk as (

    select
        cast(user_key as bigint) as user_key,

        cast(churn_probability as double precision) as churn_probability,
        cast(risk_band as integer) as risk_band,

        cast(reason_1 as varchar(32)) as reason_1,
        cast(reason_1_log_odds as double precision) as reason_1_log_odds,
        cast(reason_2 as varchar(32)) as reason_2,
        cast(reason_2_log_odds as double precision) as reason_2_log_odds,
        cast(reason_3 as varchar(32)) as reason_3,
        cast(reason_3_log_odds as double precision) as reason_3_log_odds

    from computed

)

select * from stg_python__churn_risk
