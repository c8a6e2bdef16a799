with

delivered_payments as (

    select * from {{ ref('stg_service__billing') }}

),

rates as (

    select * from {{ ref('exchange_rates') }}

),

users as (

    select * from {{ ref('int_service_users') }}

),

exported_countries as (

    select * from {{ ref('int_exported_countries') }}

),

numbered_payments as (

    select
        *,
        row_number() over (
            partition by transaction_id
            order by file_seq desc, line_number desc
        ) as recency
    from delivered_payments

),

-- Every payment is brought to cents by itself, so that whatever is added up of them
-- adds up exactly.
int_payments as (

    select
        numbered_payments.transaction_id,
        numbered_payments.user_key,

        {{ service_country('users', 'exported_countries') }} as country,
        users.user_key is not null as is_known_user,

        numbered_payments.month_start_date,
        numbered_payments.payment_status,
        numbered_payments.payment_method,
        numbered_payments.billed_at,

        numbered_payments.file_seq,

        numbered_payments.amount,
        numbered_payments.currency,
        cast(
            round(numbered_payments.amount * rates.usd_per_unit, 2) as decimal(18, 2)
        ) as amount_usd

    from numbered_payments
    left join rates
        on numbered_payments.currency = rates.currency
    left join users
        on numbered_payments.user_key = users.user_key
    left join exported_countries
        on numbered_payments.user_key = exported_countries.user_key
    where numbered_payments.recency = 1

)

select * from int_payments
