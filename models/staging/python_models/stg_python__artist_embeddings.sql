with

computed as (

    select * from {{ ref('py_artist_embeddings') }}

),

stg_python__artist_embeddings as (

    select
        cast(artist_key as bigint) as artist_key,

        {{ embedding_dimensions() }},

        cast(listeners as bigint) as listeners,
        cast(taste_weight as double precision) as taste_weight,
        cast(score_weight as double precision) as score_weight

    from computed

)

select * from stg_python__artist_embeddings
