"""dbt in a process of its own that has imported dbt before it begins: importing takes
longer than many a run."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["dbt.cli.main", "dbt.adapters.duckdb"])


def run_dbt(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    output: Path,
    timeout: float,
) -> subprocess.CompletedProcess[str]:
    """`dbt …` in a folder; standard output and errors go to one file and come back
    as the output."""
    process = _forks.Process(
        target=_dbt, args=(list(words), str(folder), dict(environment), str(output))
    )
    process.start()
    process.join(timeout)
    if process.is_alive():
        process.kill()
        process.join()
        raise subprocess.TimeoutExpired(["dbt", *words], timeout)
    return subprocess.CompletedProcess(
        ["dbt", *words],
        process.exitcode or 0,
        output.read_text(encoding="utf-8"),
        "",
    )


def _dbt(
    words: list[str], folder: str, environment: dict[str, str], output: str
) -> None:
    with open(output, "wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    from dbt.cli.main import cli

    try:
        cli.main(words, prog_name="dbt")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
