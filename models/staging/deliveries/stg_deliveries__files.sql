with

ledger as (

    select * from {{ source('deliveries', 'ledger') }}

),

stg_deliveries__files as (

    select
        cast(file_seq as integer) as file_seq,
        cast(duplicate_of_file_seq as integer) as duplicate_of_file_seq,

        cast(source as varchar(64)) as source_name,
        cast(table_name as varchar(64)) as table_name,
        cast(file_path as varchar(4096)) as file_path,
        cast(file_name as varchar(1024)) as file_name,
        cast(file_sha256 as varchar(64)) as file_sha256,
        cast(state as varchar(16)) as state,
        cast(reason as varchar(64)) as reason,
        cast(detail as varchar(4096)) as detail,
        cast(drift_columns as varchar(4096)) as drift_columns,
        cast(contract_version as integer) as contract_version,

        cast(file_bytes as bigint) as file_bytes,
        cast(line_count as bigint) as line_count,
        cast(header_lines as bigint) as header_lines,
        cast(blank_lines as bigint) as blank_lines,
        cast(rows_loaded as bigint) as rows_loaded,
        cast(rows_rejected as bigint) as rows_rejected,
        cast(rows_repeated as bigint) as rows_repeated,
        cast(rows_suppressed as bigint) as rows_suppressed,

        cast(arrived_at as timestamp) as arrived_at

    from ledger

)

select * from stg_deliveries__files
