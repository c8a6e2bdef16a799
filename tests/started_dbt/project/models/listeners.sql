select user_id from {{ ref("users") }}
