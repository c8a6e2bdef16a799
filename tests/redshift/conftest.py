"""Redshift as far as it can be had without an account: the stand-in beside."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def stand_in(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """A stand-in of this session's own: the environment in which it is found."""
    command = [sys.executable, "-m", "tests.redshift.standin"]
    record = tmp_path_factory.mktemp("stand-in") / "record.jsonl"
    process = subprocess.Popen(
        [*command, "--port", "0", "--until-input-ends", "--record", str(record)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        told = process.stdout.readline()
        assert told, "the stand-in has not started: see its message above"
        yield {**os.environ, "DO_NOT_TRACK": "1", **json.loads(told)}
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()
