with

users as (

    select * from {{ ref('int_service_users') }}

),

exported_countries as (

    select * from {{ ref('int_exported_countries') }}

),

-- Who plays or pays is a user too, though no users file may tell of them.
everybody as (

    select user_key
    from users

    union

    select user_key
    from {{ ref('int_user_days') }}

    union

    select user_key
    from {{ ref('int_payments') }}

),

int_streaming_users as (

    select
        everybody.user_key,

        {{ service_country('users', 'exported_countries') }} as country,
        users.plan,
        users.age_band,
        cast({{ dbt.date_trunc('month', 'users.registration_date') }} as date)
            as signup_month,

        users.user_key is not null as is_in_users_file

    from everybody
    left join users
        on everybody.user_key = users.user_key
    left join exported_countries
        on everybody.user_key = exported_countries.user_key

)

select * from int_streaming_users
