with

evaluation as (

    select * from {{ ref('stg_python__embedding_evaluation') }}

),

latest_file as (

    select coalesce(max(trained_through_file_seq), 0) as file_seq
    from {{ ref('int_trained_artists') }}

),

embedding_evaluation as (

    select
        evaluation.method,
        evaluation.metric,

        evaluation.value,
        evaluation.value_lo,
        evaluation.value_hi,
        evaluation.users,
        evaluation.artists,
        evaluation.seed,
        latest_file.file_seq as built_through_file_seq,

        evaluation.method = '{{ var("embedding_method") }}' as is_shipped

    from evaluation
    cross join latest_file

)

select * from embedding_evaluation
