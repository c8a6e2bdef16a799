{{ config(materialized='table') }}

select cast(user_name as varchar(40)) as user_name
from {{ ref('plays') }}
