with

file_rows as (

    select * from {{ ref('int_file_rows') }}

),

built_files as (

    select max(file_seq) as last_file_seq
    from {{ ref('int_built_files') }}

),

int_current_files as (

    select
        file_rows.file_seq,
        built_files.last_file_seq
    from file_rows
    cross join built_files
    where file_rows.rows_replaced < file_rows.rows_in_lake

)

select * from int_current_files
