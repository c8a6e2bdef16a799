with

user_days as (

    select * from {{ ref('int_user_days') }}

),

payments as (

    select * from {{ ref('int_payments') }}

),

-- Exports tell of years of which the service has delivered nothing: they say what is
-- observed only where nothing else does.
happenings as (

    select
        cast('plays' as varchar(16)) as subject,
        user_key,
        activity_date as on_date
    from user_days
    where
        is_recorded = (
            select bool_or(others.is_recorded)
            from user_days as others
        )

    union all

    select
        cast('billing' as varchar(16)) as subject,
        user_key,
        cast(billed_at as date) as on_date
    from payments

    union all

    select
        cast('paid_months' as varchar(16)) as subject,
        user_key,
        month_start_date as on_date
    from payments

),

dates as (

    select
        subject,
        on_date,
        lag(on_date) over (partition by subject order by on_date) as previous_date
    from happenings
    group by subject, on_date

),

spaced as (

    select
        *,
        {{ dbt.datediff('previous_date', 'on_date', 'day') }}
            as days_between
    from dates

),

-- A month is followed by the next.
beginnings as (

    select
        *,
        case
            when subject = 'paid_months' and days_between <= 31 then 0
            when subject = 'paid_months' then 1
            when days_between <= {{ var('observed_gap_days') }} then 0
            else 1
        end as begins
    from spaced

),

numbered as (

    select
        *,
        sum(begins) over (
            partition by subject
            order by on_date
            rows between unbounded preceding and current row
        ) as stretch_number
    from beginnings

),

stretches as (

    select
        numbered.subject,
        min(numbered.on_date) as first_date,
        max(numbered.on_date) as last_date,
        count(distinct happenings.user_key) as users
    from numbered
    inner join happenings
        on
            numbered.subject = happenings.subject
            and numbered.on_date = happenings.on_date
    group by numbered.subject, numbered.stretch_number

),

compared as (

    select
        *,
        max(users) over (partition by subject) as most_users
    from stretches

),

int_service_stretches as (

    select
        subject,
        first_date,
        last_date,
        users,
        users = most_users
        or (
            users >= {{ var('min_cell_users') }}
            and users >= {{ var('observed_user_share') }} * most_users
        ) as is_observed
    from compared

)

select * from int_service_stretches
