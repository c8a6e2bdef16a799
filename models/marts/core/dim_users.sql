with

listening_users as (

    select * from {{ ref('int_listening_users') }}

),

streaming_users as (

    select * from {{ ref('int_streaming_users') }}

),

-- Both domains have keys of their own, and nothing keeps a number out of either.
dim_users as (

    select
        user_key,

        cast('listening' as varchar(16)) as domain,
        country,
        cast(null as varchar(8)) as age_band,
        cast(null as varchar(16)) as plan,
        cast(null as date) as signup_month,

        total_scrobbles,
        listed_playcount,
        listed_artists,

        is_in_users_file

    from listening_users

    union all

    select
        user_key,

        cast('service' as varchar(16)) as domain,
        country,
        age_band,
        plan,
        signup_month,

        cast(null as bigint) as total_scrobbles,
        cast(null as bigint) as listed_playcount,
        cast(null as bigint) as listed_artists,

        is_in_users_file

    from streaming_users

)

select * from dim_users
