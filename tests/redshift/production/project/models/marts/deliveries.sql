{{ config(pre_hook="{% if var('waits_for') %}select 1 from {{ var('waits_for') }}{% endif %}") }}

select
    file_seq,
    rows_loaded
from {{ source('deliveries', 'ledger') }}
