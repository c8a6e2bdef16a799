"""What a build that was killed has left under way in Redshift.

Its statements go on, or wait for an end that never comes, until Redshift notices that
nobody listens any more.
"""

import time

from music_warehouse.errors import UserError
from music_warehouse.production.connection import Session

# Whoever holds a lock of a table in this database, but for whoever asks
# (https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TRANSACTIONS.html).
_UNDER_WAY = (
    "select distinct pid from svv_transactions where txn_db = current_database() "
    "and txn_owner = current_user and pid <> pg_backend_pid() "
    "and relation is not null order by pid"
)


def end_transactions(session: Session, patience: float = 60.0) -> None:
    """End every session of this user, but for this one, that has a transaction under
    way in this database, and wait for its end.

    UserError where one is still there after `patience` seconds.
    """
    ending = time.monotonic() + patience
    while pids := [int(pid) for (pid,) in session.rows(_UNDER_WAY)]:
        if time.monotonic() >= ending:
            raise UserError(
                "A build that was killed still writes to Redshift, as the session "
                f"{pids[0]}, and does not end: end it as an administrator by "
                f"`select pg_terminate_backend({pids[0]})`, and try again."
            )
        for pid in pids:
            session.execute("select pg_terminate_backend(%s)", (pid,))
        time.sleep(0.5)
