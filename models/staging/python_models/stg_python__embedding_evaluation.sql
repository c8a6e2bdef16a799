with

computed as (

    select * from {{ ref('py_embedding_evaluation') }}

),

stg_python__embedding_evaluation as (

    select
        cast(method as varchar(32)) as method,
        cast(metric as varchar(16)) as metric,

        cast(value as double precision) as value,
        cast(value_lo as double precision) as value_lo,
        cast(value_hi as double precision) as value_hi,
        cast(users as bigint) as users,
        cast(artists as bigint) as artists,
        cast(seed as bigint) as seed

    from computed

)

select * from stg_python__embedding_evaluation
