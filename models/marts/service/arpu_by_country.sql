with

revenue as (

    select * from {{ ref('int_country_payments') }}
    where payment_status = 'succeeded'

),

activity as (

    select * from {{ ref('int_country_activity') }}

),

last_day as (

    select last_billed_date as billed_date
    from {{ ref('int_service_window') }}

),

observed as (

    select * from {{ ref('int_service_stretches') }}
    where
        subject = 'plays'
        and is_observed

),

cells as (

    select
        month_start_date,
        country
    from revenue

    union

    select
        month_start_date,
        country
    from activity

),

judged as (

    select
        cells.month_start_date,
        cells.country,
        coalesce(revenue.amount_usd, 0) as revenue_usd,
        coalesce(revenue.users, 0) as paying_users,
        coalesce(activity.active_users, 0) as active_users,
        coalesce(
            {{ is_whole_month('cells.month_start_date', 'last_day.billed_date') }}
            and observed.subject is not null,
            false
        ) as is_complete,
        coalesce(revenue.is_suppressed, false)
        or coalesce(activity.is_suppressed, false) as is_suppressed
    from cells
    cross join last_day
    left join observed
        on
            cells.month_start_date >= observed.first_date
            and {{ is_whole_month('cells.month_start_date', 'observed.last_date') }}
    left join revenue
        on
            cells.month_start_date = revenue.month_start_date
            and cells.country = revenue.country
    left join activity
        on
            cells.month_start_date = activity.month_start_date
            and cells.country = activity.country

),

told as (

    select
        month_start_date,
        country,
        {{ unless_suppressed(['revenue_usd', 'paying_users']) }},
        case when is_complete and not is_suppressed then active_users end
            as active_users,
        is_complete,
        is_suppressed
    from judged

),

arpu_by_country as (

    select
        month_start_date,
        country,
        is_complete,

        cast(revenue_usd as decimal(18, 2)) as revenue_usd,
        paying_users,
        active_users,

        cast(revenue_usd as double precision) / nullif(active_users, 0) as arpu_usd,
        cast(revenue_usd as double precision) / nullif(paying_users, 0)
            as revenue_per_paying_user_usd,

        is_suppressed

    from told

)

select * from arpu_by_country
