"""How a step ends that cannot go on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

from music_warehouse.errors import BusyError, UserError

WAIT_SECONDS = 20
MOST_WAITS = 180
"""An hour, in which every build ends."""


@contextmanager
def told_in_a_sentence(cleaned: Callable[[str], str] = str) -> Iterator[None]:
    """Fail with the sentence of a UserError, `cleaned` of what nobody is to see; begin
    the step again in a while where somebody at the command line is at work."""
    try:
        yield
    except BusyError as error:
        raise dg.RetryRequested(MOST_WAITS, WAIT_SECONDS) from error
    except UserError as error:
        raise dg.Failure(cleaned(str(error)), allow_retries=False) from None
