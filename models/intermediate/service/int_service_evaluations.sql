with

churn as (

    select * from {{ ref('stg_python__churn_evaluation') }}

),

anomalies as (

    select * from {{ ref('stg_python__anomaly_evaluation') }}

),

int_service_evaluations as (

    select * from churn

    union all

    select * from anomalies

)

select * from int_service_evaluations
