-- Every line of every delivered file is accounted for once, the rejected ones are kept,
-- and what the ledger calls loaded is in the lake: there, not only in the books. Other
-- sources' lakes are counted by tests of their own groups.
{{ config(group='listening') }}

with

files as (

    select * from {{ ref('load_reconciliation') }}

),

rows_in_lake as (

    select
        file_seq,
        count(*) as rows_in_lake
    from {{ ref('stg_listening__users') }}
    group by file_seq

    union all

    select
        file_seq,
        count(*) as rows_in_lake
    from {{ ref('stg_listening__user_top_artists') }}
    group by file_seq

    union all

    select
        file_seq,
        count(*) as rows_in_lake
    from {{ ref('stg_listening__user_top_tracks') }}
    group by file_seq

    union all

    select
        file_seq,
        count(*) as rows_in_lake
    from {{ ref('stg_listening__user_top_albums') }}
    group by file_seq

)

select
    files.file_seq,
    files.file_name,
    files.state,
    files.line_count,
    files.rows_loaded,
    files.rows_rejected,
    files.rejected_lines_kept,
    rows_in_lake.rows_in_lake
from files
left join rows_in_lake
    on files.file_seq = rows_in_lake.file_seq
where
    not files.is_reconciled
    -- A file refused as a whole is kept as one reject without a line.
    or (files.state = 'loaded' and files.rows_rejected != files.rejected_lines_kept)
    or (files.state != 'loaded' and files.rows_loaded != 0)
    or (
        files.source_name = 'listening'
        and files.rows_loaded != coalesce(rows_in_lake.rows_in_lake, 0)
    )
