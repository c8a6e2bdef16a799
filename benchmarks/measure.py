"""Time and peak memory of whole processes, as the operating system accounts them."""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one or several commands, run one after the other, took."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.wall_seconds + other.wall_seconds,
            self.cpu_seconds + other.cpu_seconds,
            max(self.peak_bytes, other.peak_bytes),
        )

    def __str__(self) -> str:
        return (
            f"{self.wall_seconds:7.1f} s wall {self.cpu_seconds:7.1f} s cpu"
            f" {self.peak_bytes / 1e9:5.2f} GB"
        )


class CommandFailed(Exception):
    """A measured command ended with another status than 0."""


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run one command to its end.

    The peak is that of the largest single process among the command and the
    processes it waited for.
    """
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        process = subprocess.Popen(
            list(command),
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            raise CommandFailed(
                f"{' '.join(command)} ended with {process.returncode}:\n"
                + output.read().decode(errors="replace")[-4000:]
            )
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
