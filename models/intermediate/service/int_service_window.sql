with

observed as (

    select * from {{ ref('int_service_stretches') }}
    where is_observed

),

int_service_window as (

    select
        min(case when subject = 'plays' then first_date end) as first_played_date,
        max(case when subject = 'plays' then first_date end) as played_since,
        max(case when subject = 'plays' then last_date end) as last_played_date,
        min(case when subject = 'billing' then first_date end) as first_billed_date,
        max(case when subject = 'billing' then last_date end) as last_billed_date,
        min(case when subject = 'paid_months' then first_date end) as first_paid_month,
        max(case when subject = 'paid_months' then last_date end) as last_paid_month
    from observed

)

select * from int_service_window
