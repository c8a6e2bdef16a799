"""The dbt that is started already is dbt."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.started_dbt import CAN_FORK

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def variables(tmp_path: Path) -> Mapping[str, str]:
    """The environment of a call: an empty data folder, and folders of its own."""
    return {
        **os.environ,
        "MUSIC_WAREHOUSE_DATA": str(tmp_path),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "DO_NOT_TRACK": "1",
    }


def test_a_call_has_its_own_words_variables_folder_and_output(
    programs: Path, variables: Mapping[str, str], tmp_path: Path
) -> None:
    good, bad = (
        subprocess.run(
            [programs / "dbt", "--no-use-colors", *words],
            cwd=PROJECT,
            env=variables,
            capture_output=True,
            text=True,
        )
        for words in (["debug", "--connection"], ["no-such-command"])
    )
    assert good.returncode == 0, good.stdout
    assert f"{tmp_path}/warehouse.duckdb" in good.stdout
    assert (tmp_path / "logs" / "dbt.log").is_file()
    assert bad.returncode == 2
    assert "No such command 'no-such-command'" in bad.stderr


@pytest.mark.skipif(not CAN_FORK, reason="dbt is started anew for every call")
def test_it_dies_with_its_caller(
    programs: Path, variables: Mapping[str, str], tmp_path: Path
) -> None:
    command = [programs / "dbt", "parse", "--no-partial-parse"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=variables, stdout=subprocess.PIPE
    ) as caller:
        assert caller.stdout is not None
        assert b"Running with dbt" in caller.stdout.readline()
        caller.kill()
        # The end of the output is the end of everybody who could write there.
        caller.stdout.read()
    assert not (tmp_path / "target" / "manifest.json").exists()
