select
    file_seq,
    rows_loaded
from {{ source('deliveries', 'ledger') }}
