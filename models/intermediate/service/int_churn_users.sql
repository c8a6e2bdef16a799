with

user_days as (

    select * from {{ ref('int_observed_user_days') }}

),

players as (

    select
        user_key,
        min(activity_date) as first_date
    from user_days
    group by user_key

),

-- Keys are random numbers, so that the smallest of them are drawn evenly.
int_churn_users as (

    select
        user_key,
        first_date,
        row_number() over (order by user_key) <= {{ var('churn_most_users') }}
            as is_learned_from
    from players

)

select * from int_churn_users
