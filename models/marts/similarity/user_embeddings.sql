with

embeddings as (

    select * from {{ ref('stg_python__user_embeddings') }}

),

users as (

    select user_key
    from {{ ref('dim_users') }}
    where domain = 'listening'

),

user_embeddings as (

    select
        user_key,

        {{ embedding_dimensions() }},

        played_artists

    from embeddings
    where user_key in (select users.user_key from users)

)

select * from user_embeddings
