with

service_evaluations as (

    select * from {{ ref('int_service_evaluations') }}

),

embedding_metrics as (

    select * from {{ ref('int_embedding_metrics') }}

),

latest_file as (

    select coalesce(max(file_seq), 0) as file_seq
    from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

evaluations as (

    select * from service_evaluations

    union all

    select * from embedding_metrics

),

model_evaluations as (

    select
        evaluations.model,
        evaluations.metric,
        evaluations.split,

        evaluations.value,
        evaluations.value_lo,
        evaluations.value_hi,

        evaluations.observations,
        evaluations.seed,
        evaluations.versions,
        latest_file.file_seq as built_through_file_seq,

        evaluations.reason

    from evaluations
    cross join latest_file

)

select * from model_evaluations
