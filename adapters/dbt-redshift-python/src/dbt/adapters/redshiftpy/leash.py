"""dbt that ends with another process."""

import errno
import os
import threading
import time

VARIABLE = "DBT_REDSHIFT_ENDS_WITH"
_EVERY_SECONDS = 1.0


def end_with_named_process() -> None:
    """End this process when that of the id in DBT_REDSHIFT_ENDS_WITH is no more.

    Nothing without the variable, or where a process cannot be asked for (Windows). It
    ends as if killed: no statement is begun after, none is waited for.
    """
    named = os.environ.get(VARIABLE, "")
    if named.isdecimal() and os.name == "posix":
        threading.Thread(
            target=_end_with, args=(int(named),), name=VARIABLE, daemon=True
        ).start()


def _end_with(process: int) -> None:
    while _is_there(process):
        time.sleep(_EVERY_SECONDS)
    os._exit(1)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError as error:
        # Somebody else's is there, too.
        return error.errno != errno.ESRCH
    return True
