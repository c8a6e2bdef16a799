with

tastes as (

    select * from {{ ref('int_listed_tastes') }}

),

int_trained_users as (

    select
        user_key,
        check_sum
    from tastes

)

select * from int_trained_users
