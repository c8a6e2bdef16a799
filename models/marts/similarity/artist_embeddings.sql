with

embeddings as (

    select * from {{ ref('stg_python__artist_embeddings') }}

),

artists as (

    select artist_key
    from {{ ref('dim_artists') }}

),

artist_embeddings as (

    select
        artist_key,

        {{ embedding_dimensions() }},

        listeners,
        taste_weight,
        score_weight

    from embeddings
    where artist_key in (select artists.artist_key from artists)

)

select * from artist_embeddings
