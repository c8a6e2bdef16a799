{{ config(materialized='table') }}

select plays
from {{ ref('plays') }}
