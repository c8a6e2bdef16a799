-- Of every file of plays each row counts, or is repeated or contradicted by a later one.
select
    file_seq,
    file_name,
    rows_loaded,
    current_events,
    exact_repeats,
    superseded_events
from {{ ref('event_reconciliation') }}
where not is_reconciled
