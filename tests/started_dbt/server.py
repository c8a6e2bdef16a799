"""The server: forks a process that has imported dbt already for every call."""

import atexit
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

IMPORTED = (
    "dbt.adapters.duckdb",
    "dbt.adapters.redshiftpy",
    "dbt.cli.main",
    "dbt.task.build",
)
PROJECT = Path(__file__).parent / "project"
# Of new objects: Python looks for cycles after 700, and dbt makes millions that last.
UNTIL_CYCLES_ARE_LOOKED_FOR = 50_000


class Answer:
    """What a forked process tells its caller when all else is done."""

    caller: socket.socket | None = None
    status = 70

    def tell(self) -> None:
        """Say the exit status; the server itself says nothing."""
        if self.caller is not None:
            self.caller.sendall(bytes([self.status]))


def main(listener: socket.socket) -> int:
    """Answer calls until standard input ends."""
    answer = Answer()
    # The first to be registered is the last to run.
    atexit.register(answer.tell)
    for module in IMPORTED:
        __import__(module)
    _parse_once()
    gc.set_threshold(UNTIL_CYCLES_ARE_LOOKED_FOR)
    # Nobody waits for the processes: their callers know how they end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listener, 0], [], [])
        if listener not in ready:
            return 0
        caller, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            answer.caller = caller
            answer.status = _answer(caller)
            return answer.status
        caller.close()


def _parse_once() -> None:
    """Make what dbt makes when it first needs it, and keeps: the JSON schemas of its
    configurations, and the code that reads and writes its nodes. They take as long as
    the rest of parsing a small project."""
    from dbt.cli.main import dbtRunner

    with tempfile.TemporaryDirectory() as folder:
        paths = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        paths += ["--target-path", folder, "--log-path", folder]
        # Its static parser starts threads, which a forked process does not have.
        words = ["--quiet", "parse", "--no-static-parser", *paths]
        parsed = dbtRunner().invoke(words)
    if parsed.exception is not None:
        raise parsed.exception


def _answer(caller: socket.socket) -> int:
    """Be dbt for this caller."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, files, _, _ = socket.recv_fds(caller, 4, 3)
    message = b""
    while len(message) < int.from_bytes(length, "big"):
        message += caller.recv(65536)
    for standard, file in enumerate(files):
        os.dup2(file, standard)
        os.close(file)
    threading.Thread(target=_die_with, args=(caller,), daemon=True).start()
    status = _dbt(json.loads(message))
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return status


def _die_with(caller: socket.socket) -> None:
    # The caller says nothing more: what comes is its end.
    caller.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


def _dbt(call: dict[str, Any]) -> int:
    from dbt.cli.main import cli

    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["variables"])
    sys.argv = ["dbt", *call["words"]]
    try:
        cli.main(call["words"], prog_name="dbt")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


if __name__ == "__main__":
    sys.exit(main(socket.socket(fileno=int(sys.argv[1]))))
