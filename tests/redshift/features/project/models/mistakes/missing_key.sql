{{ config(materialized='table', dist='nobody') }}

select play_id
from {{ ref('plays') }}
