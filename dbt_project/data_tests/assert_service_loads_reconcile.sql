-- What the ledger calls loaded of the service's files is in the lake.
{{ config(group='service') }}

with

rows_in_lake as (

    select
        file_seq,
        count(*) as row_count
    from {{ ref('stg_service__users') }}
    group by file_seq

    union all

    select
        file_seq,
        count(*) as row_count
    from {{ ref('stg_service__tracks') }}
    group by file_seq

    union all

    select
        file_seq,
        count(*) as row_count
    from {{ ref('stg_service__listening_events') }}
    group by file_seq

    union all

    select
        file_seq,
        count(*) as row_count
    from {{ ref('stg_service__streaming_history') }}
    group by file_seq

    union all

    select
        file_seq,
        count(*) as row_count
    from {{ ref('stg_service__billing') }}
    group by file_seq

    union all

    select
        file_seq,
        count(*) as row_count
    from {{ ref('stg_service__fraud_labels') }}
    group by file_seq

)

select
    files.file_seq,
    files.file_name,
    files.rows_loaded,
    rows_in_lake.row_count
from {{ ref('stg_deliveries__files') }} as files
left join rows_in_lake
    on files.file_seq = rows_in_lake.file_seq
where
    files.source_name = 'service'
    and files.rows_loaded != coalesce(rows_in_lake.row_count, 0)
