with

delivered_users as (

    select * from {{ ref('stg_service__users') }}

),

aliases as (

    select * from {{ ref('country_aliases') }}

),

numbered_users as (

    select
        *,
        row_number() over (
            partition by user_key
            order by file_seq desc, line_number desc
        ) as recency
    from delivered_users

),

-- The latest file that tells of a user says all about that user.
int_service_users as (

    select
        numbered_users.user_key,

        cast(coalesce(aliases.country_code, 'ZZ') as varchar(2)) as country,
        numbered_users.country_as_delivered,
        numbered_users.plan,
        numbered_users.age_band,

        numbered_users.registration_date

    from numbered_users
    left join aliases
        on numbered_users.country_match_name = aliases.match_name
    where numbered_users.recency = 1

)

select * from int_service_users
