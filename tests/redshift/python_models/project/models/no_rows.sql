select * from {{ ref('typed_rows') }} where id < 0
