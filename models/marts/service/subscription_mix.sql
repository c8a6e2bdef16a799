with

users as (

    select * from {{ ref('int_service_users') }}

),

cells as (

    select
        country,
        plan,
        count(*) as users
    from users
    group by country, plan

),

counted as (

    select
        *,
        cast(sum(users) over (partition by country) as bigint) as country_users,
        {{ is_suppressed_cell('users', 'country', 'plan') }} as is_suppressed
    from cells

),

told as (

    select
        country,
        plan,
        case when not is_suppressed then users end as users,
        case when not {{ is_small_cell('country_users') }} then country_users end
            as country_users,
        is_suppressed
    from counted

),

subscription_mix as (

    select
        country,
        plan,

        users,
        country_users,
        {{ share_columns('plan_share', 'users', 'country_users') }},

        is_suppressed

    from told

)

select * from subscription_mix
