with

listening_users as (

    select * from {{ ref('int_listening_users') }}

),

dim_users as (

    select
        user_key,

        cast('listening' as varchar(16)) as domain,
        country,

        total_scrobbles,
        listed_playcount,
        listed_artists,

        is_in_users_file

    from listening_users

)

select * from dim_users
