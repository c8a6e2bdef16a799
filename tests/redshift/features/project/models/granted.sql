{{ config(
    materialized='table',
    dist='user_name',
    sort=['user_name', 'play_id'],
    grants={'select': ['features_reader']},
) }}

select
    play_id,
    cast(user_name as varchar(40)) as user_name,
    plays
from {{ ref('plays') }}
