with

computed as (

    select * from {{ ref('py_similar_users') }}

),

stg_python__similar_users as (

    select
        cast(user_key as bigint) as user_key,
        cast(similar_user_key as bigint) as similar_user_key,

        cast(rank as integer) as rank,
        cast(row_no as integer) as row_no,

        cast(cosine as double precision) as cosine

    from computed

)

select * from stg_python__similar_users
