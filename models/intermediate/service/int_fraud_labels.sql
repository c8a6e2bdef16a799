with

delivered_labels as (

    select * from {{ ref('stg_service__fraud_labels') }}

),

numbered_labels as (

    select
        *,
        row_number() over (
            partition by user_key
            order by file_seq desc, line_number desc
        ) as recency
    from delivered_labels

),

int_fraud_labels as (

    select
        user_key,
        label
    from numbered_labels
    where recency = 1

)

select * from int_fraud_labels
