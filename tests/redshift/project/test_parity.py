"""The same deliveries give the same marts on DuckDB and on the stand-in."""

from pathlib import Path

import pytest

from tests.redshift.engine import Engine, tell
from tests.redshift.project.conftest import (
    NO_TESTS,
    REAL_DATA,
    REAL_DELIVERY,
    History,
)


def differing(compared: dict[str, list[str]]) -> dict[str, list[str]]:
    """The marts that differ, and how."""
    assert len(compared) >= 20
    return {mart: told for mart, told in compared.items() if told}


def test_two_deliveries_give_the_same_marts(second_build: History) -> None:
    assert not differing(second_build.differences)


@pytest.mark.sweep
@pytest.mark.parametrize("delivery", [REAL_DELIVERY, "listening_topn_399"])
def test_real_deliveries_give_the_same_marts(
    delivery: str, stand_in: dict[str, str], programs: Path, tmp_path: Path
) -> None:
    landing = REAL_DATA / delivery
    if not landing.is_dir():
        pytest.skip(f"../shared/data/real/{delivery} is not on this machine")
    tell(stand_in, f"create database {delivery}")
    environment = {**stand_in, "REDSHIFT_DATABASE": delivery}
    history = History(
        Engine(programs, "local", tmp_path),
        Engine(programs, "prod", tmp_path, environment),
        f"s3://warehouse/{delivery}",
    )
    history.take_in(landing)
    history.duckdb.dbt("build", *NO_TESTS)
    history.redshift.dbt("build", *NO_TESTS)
    assert not differing(history.compare())
