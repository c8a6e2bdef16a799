with

evaluation as (

    select * from {{ ref('stg_python__embedding_evaluation') }}

),

int_embedding_metrics as (

    select
        cast(method as varchar(32)) as model,
        cast(metric as varchar(64)) as metric,
        cast('hidden_artists' as varchar(32)) as split,

        value,
        value_lo,
        value_hi,

        users as observations,
        seed,
        cast(null as varchar(128)) as versions,
        cast(null as varchar(256)) as reason

    from evaluation

)

select * from int_embedding_metrics
