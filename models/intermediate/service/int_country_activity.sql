with

user_months as (

    select distinct
        user_key,
        cast({{ dbt.date_trunc('month', 'activity_date') }} as date) as month_start_date
    from {{ ref('int_observed_user_days') }}

),

users as (

    select * from {{ ref('int_streaming_users') }}

),

cells as (

    select
        user_months.month_start_date,
        cast(coalesce(users.country, 'ZZ') as varchar(2)) as country,
        count(*) as active_users
    from user_months
    left join users
        on user_months.user_key = users.user_key
    group by user_months.month_start_date, coalesce(users.country, 'ZZ')

),

int_country_activity as (

    select
        *,
        {{ is_suppressed_cell('active_users', 'month_start_date', 'country') }}
            as is_suppressed
    from cells

)

select * from int_country_activity
