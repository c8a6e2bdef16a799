with

computed as (

    select * from {{ ref('py_user_embeddings') }}

),

stg_python__user_embeddings as (

    select
        cast(user_key as bigint) as user_key,

        {{ embedding_dimensions() }},

        cast(artists as bigint) as played_artists

    from computed

)

select * from stg_python__user_embeddings
