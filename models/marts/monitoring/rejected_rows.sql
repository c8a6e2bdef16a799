with

rejects as (

    select * from {{ ref('stg_deliveries__rejects') }}

),

files as (

    select
        file_seq,
        source_name,
        table_name,
        file_name
    from {{ ref('stg_deliveries__files') }}

),

rejected_rows as (

    select
        rejects.file_seq,
        rejects.line_number,

        files.source_name,
        files.table_name,
        files.file_name,
        rejects.reason,
        rejects.detail,
        rejects.raw_text,

        rejects.byte_offset,
        rejects.contract_version

    from rejects
    inner join files
        on rejects.file_seq = files.file_seq

)

select * from rejected_rows
