"""The server: forks a process that has imported dbt already for every call."""

import atexit
import json
import os
import select
import signal
import socket
import sys
import threading
from typing import Any

IMPORTED = (
    "dbt.adapters.duckdb",
    "dbt.adapters.redshiftpy",
    "dbt.cli.main",
)


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
