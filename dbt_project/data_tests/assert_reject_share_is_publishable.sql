-- A file with more rejected rows than `max_reject_share` is more likely misread than
-- bad: nothing is published until somebody has looked at it and put its file_seq into
-- the var `accepted_files`. Failing rows name the file. Of a file refused as a whole
-- nothing could be published in the first place.
select
    file_seq,
    file_name,
    rows_in,
    rows_rejected,
    reject_share
from {{ ref('load_reconciliation') }}
where
    state = 'loaded'
    and reject_share > {{ var('max_reject_share') }}
    and file_seq not in ({{ ([0] + var('accepted_files')) | join(', ') }})
