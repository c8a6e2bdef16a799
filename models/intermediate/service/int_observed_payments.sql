with

payments as (

    select * from {{ ref('int_payments') }}

),

service_window as (

    select * from {{ ref('int_service_window') }}

),

int_observed_payments as (

    select payments.*
    from payments
    inner join service_window
        on
            payments.month_start_date >= service_window.first_paid_month
            and payments.month_start_date <= service_window.last_paid_month
            and cast(payments.billed_at as date) >= service_window.first_billed_date
            and cast(payments.billed_at as date) <= service_window.last_billed_date

)

select * from int_observed_payments
