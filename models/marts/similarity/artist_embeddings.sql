with

embeddings as (

    select * from {{ ref('stg_python__artist_embeddings') }}

),

artist_embeddings as (

    select
        artist_key,

        {{ embedding_dimensions() }},

        listeners,
        taste_weight,
        score_weight

    from embeddings

)

select * from artist_embeddings
