{{ config(materialized='table') }}

select
    play_id,
    cast(user_name as varchar(7)) as user_name,
    cast(plays as double precision) / 3 as third
from {{ ref('plays') }}
