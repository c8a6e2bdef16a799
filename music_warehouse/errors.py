"""The errors that a user is meant to read."""


class UserError(Exception):
    """A mistake in what the user gave, told in one sentence that says what to do.

    The command line prints the sentence and exits with status 1; any other
    exception is a defect of ours and keeps its traceback.
    """


class BusyError(UserError):
    """Somebody else is at it: the same will do when they have ended."""
