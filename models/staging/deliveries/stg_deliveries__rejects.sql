with

rejects as (

    select * from {{ source('deliveries', 'rejects') }}

),

accounted_files as (

    select file_seq
    from {{ ref('stg_deliveries__files') }}

),

stg_deliveries__rejects as (

    select
        cast(rejects.file_seq as integer) as file_seq,
        cast(rejects.line_number as bigint) as line_number,
        cast(rejects.byte_offset as bigint) as byte_offset,

        cast(rejects.raw_text as varchar(4096)) as raw_text,
        cast(rejects.reason as varchar(64)) as reason,
        cast(rejects.detail as varchar(4096)) as detail,
        cast(rejects.contract_version as integer) as contract_version

    from rejects
    inner join accounted_files
        on rejects.file_seq = accounted_files.file_seq

)

select * from stg_deliveries__rejects
