{{ config(materialized='view') }}

select count(*) as row_count, sum(big) as big_sum from {{ ref('returns_relation') }}
