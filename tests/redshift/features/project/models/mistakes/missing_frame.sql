{{ config(materialized='table') }}

select sum(plays) over (order by play_id) as running_plays
from {{ ref('plays') }}
