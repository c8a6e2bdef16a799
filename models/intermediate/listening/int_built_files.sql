{{
    config(
        materialized='incremental',
        incremental_strategy='append',
    )
}}

with

files as (

    select * from {{ ref('stg_deliveries__files') }}
    where state = 'loaded'

),

{% if is_incremental() %}

    built as (

        select coalesce(max(file_seq), 0) as file_seq
        from {{ this }}

    ),

    new_files as (

        select files.*
        from files
        inner join built
            on files.file_seq > built.file_seq

    ),

{% else %}

    new_files as (

        select * from files

    ),

{% endif %}

int_built_files as (

    select
        file_seq,

        file_sha256,
        cast('{{ var("artist_matching") }}' as varchar(16)) as artist_matching

    from new_files

)

select * from int_built_files
