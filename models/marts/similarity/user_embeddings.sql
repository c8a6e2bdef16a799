with

embeddings as (

    select * from {{ ref('stg_python__user_embeddings') }}

),

user_embeddings as (

    select
        user_key,

        {{ embedding_dimensions() }},

        played_artists

    from embeddings

)

select * from user_embeddings
