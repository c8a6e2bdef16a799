with

files as (

    select * from {{ ref('stg_deliveries__files') }}

),

rejects as (

    select
        file_seq,
        count(line_number) as rejected_lines
    from {{ ref('stg_deliveries__rejects') }}
    group by file_seq

),

file_rows as (

    select
        file_seq,
        rows_replaced
    from {{ ref('int_file_rows') }}

),

load_reconciliation as (

    select
        files.file_seq,

        files.source_name,
        files.table_name,
        files.file_name,
        files.state,
        files.reason,
        files.detail,
        files.drift_columns,

        files.line_count,
        files.header_lines,
        files.blank_lines,
        files.line_count
        - files.header_lines
        - files.blank_lines as rows_in,
        files.rows_loaded,
        coalesce(file_rows.rows_replaced, 0) as rows_replaced,
        files.rows_rejected,
        files.rows_repeated,
        files.rows_suppressed,
        coalesce(rejects.rejected_lines, 0) as rejected_lines_kept,
        files.rows_rejected
        / nullif(cast(
            files.line_count - files.header_lines - files.blank_lines
            as double precision
        ), 0) as reject_share,

        files.line_count
        = files.header_lines
        + files.blank_lines
        + files.rows_loaded
        + files.rows_rejected
        + files.rows_repeated
        + files.rows_suppressed as is_reconciled,

        files.arrived_at

    from files
    left join rejects
        on files.file_seq = rejects.file_seq
    left join file_rows
        on files.file_seq = file_rows.file_seq

)

select * from load_reconciliation
