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

{% endif %}

int_built_files as (

    select
        files.file_seq,

        files.file_sha256,
        cast('{{ var("artist_matching") }}' as varchar(16)) as artist_matching

    from files
    {% if is_incremental() %}
        inner join built
            on files.file_seq > built.file_seq
    {% endif %}

)

select * from int_built_files
