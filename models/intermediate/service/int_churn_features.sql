with

players as (

    select * from {{ ref('int_churn_users') }}

),

-- Read for itself, and of few users: what is read once is not gathered first.
learned_days as (

    select *
    from {{ ref('int_observed_user_days') }}
    where
        user_key <= (
            select max(players.user_key)
            from players
            where players.is_learned_from
        )

),

user_days as (

    select * from {{ ref('int_observed_user_days') }}

),

users as (

    select * from {{ ref('int_service_users') }}

),

payments as (

    select * from {{ ref('int_payments') }}

),

as_of_dates as (

    select * from {{ ref('int_churn_dates') }}

),

looked_at as (

    {{ days_around_dates('learned_days', 'as_of_dates', is_observed=true) }}

    union all

    {{ days_around_dates('user_days', 'as_of_dates', is_observed=false) }}

),

-- What is known at midnight of the as-of date: the days before it. What came
-- of it: the days from it on.
windows as (

    select
        *,
        {{ dbt.datediff(
            'activity_date', 'as_of_date', 'day'
        ) }} as days_before
    from looked_at

),

counted as (

    select
        user_key,
        as_of_date,
        is_observed,
        {{ counted_before('days_before', var('churn_days') | int) }},
        count(case when days_before <= 0 then 1 end) as days_after
    from windows
    group by user_key, as_of_date, is_observed

),

-- A payment is settled within days: what failed in the last three before the date may
-- not have been known by then.
failed_payments as (

    select
        payments.user_key,
        as_of_dates.as_of_date,
        count(*) as failed_payments
    from payments
    inner join as_of_dates
        on
            payments.billed_at >= as_of_dates.features_from
            and payments.billed_at < {{ dbt.dateadd(
                'day', -3, 'as_of_dates.as_of_date'
            ) }}
    where payments.payment_status = 'failed'
    group by payments.user_key, as_of_dates.as_of_date

),

-- Who has not played for as long as leaving takes has left already. Plan and country
-- stay out: they are known as last delivered, which is after most of these dates.
int_churn_features as (

    select
        counted.*,

        {{ dbt.datediff(
            'least(players.first_date,'
            ~ ' coalesce(users.registration_date, players.first_date))',
            'counted.as_of_date',
            'day'
        ) }} as days_known,

        coalesce(failed_payments.failed_payments, 0) as failed_payments,

        -- A share of skips that is not known flags nobody.
        coalesce(
            counted.plays < 5 or 2 * counted.skips > counted.skip_known_plays, false
        ) as is_flagged_by_rule,
        case when counted.is_observed then counted.days_after = 0 end as has_churned

    from counted
    inner join players
        on counted.user_key = players.user_key
    left join users
        on counted.user_key = users.user_key
    left join failed_payments
        on
            counted.user_key = failed_payments.user_key
            and counted.as_of_date = failed_payments.as_of_date
    where counted.active_days > 0

)

select * from int_churn_features
