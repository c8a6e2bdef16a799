with

pairs as (

    select * from {{ ref('stg_python__similar_users') }}

),

users as (

    select
        user_key,
        country
    from {{ ref('dim_users') }}
    where domain = 'listening'

),

similar_users as (

    select
        pairs.user_key,
        pairs.similar_user_key,
        users.country as similar_user_country,

        pairs.rank,
        pairs.row_no,

        pairs.cosine

    from pairs
    inner join users
        on pairs.similar_user_key = users.user_key
    inner join users as compared_users
        on pairs.user_key = compared_users.user_key

)

select * from similar_users
