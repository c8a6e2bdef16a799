-- A file with more rejected rows than `max_reject_share` is more likely misread than
-- bad, and a file refused as a whole has lost all of them: nothing is published until
-- somebody has looked at it and put its file_seq into the var `accepted_files`, which
-- covers the same bytes whenever they come again. A file refused as a whole is also
-- settled by a later one of the same path that was taken in: of the refused one nothing
-- is in the lake. Of a misread one its rows are, so that one must be looked at.
-- Failing rows name the file.
with

files as (

    select * from {{ ref('stg_deliveries__files') }}

),

accepted as (

    select
        source_name,
        table_name,
        file_sha256
    from files
    where file_seq in ({{ ([0] + var('accepted_files')) | join(', ') }})
    group by source_name, table_name, file_sha256

),

taken_in as (

    select
        source_name,
        table_name,
        file_path,
        max(file_seq) as file_seq
    from files
    where state != 'rejected'
    group by source_name, table_name, file_path

),

reconciliation as (

    select
        file_seq,
        rows_in,
        reject_share
    from {{ ref('load_reconciliation') }}

)

select
    files.file_seq,
    files.file_path,
    files.state,
    files.reason,
    reconciliation.rows_in,
    files.rows_rejected,
    reconciliation.reject_share
from files
inner join reconciliation
    on files.file_seq = reconciliation.file_seq
left join accepted
    on
        files.source_name = accepted.source_name
        and files.table_name = accepted.table_name
        and files.file_sha256 = accepted.file_sha256
left join taken_in
    on
        files.source_name = taken_in.source_name
        and files.table_name = taken_in.table_name
        and files.file_path = taken_in.file_path
        and files.file_seq < taken_in.file_seq
where
    accepted.file_sha256 is null
    and (
        (
            files.state = 'loaded'
            and reconciliation.reject_share > {{ var('max_reject_share') }}
        )
        or (files.state = 'rejected' and taken_in.file_seq is null)
    )
