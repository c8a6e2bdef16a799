{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='play_id',
) }}

select
    play_id,
    cast(user_name as varchar(40)) as user_name,
    plays
from {{ ref('plays') }}
{% if is_incremental() %}
    where plays > 15
{% endif %}
