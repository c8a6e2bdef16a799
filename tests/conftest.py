"""What the tests of every area share, and how workers share them out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import started_dbt

# Tests that share a build, or much else: one worker has them all, for every worker
# would build. They are begun in this order, so that none ends alone with a long one.
TOGETHER = (
    "tests/redshift/project",
    "tests/orchestration",
    "tests/end_to_end/sample",
    "tests/end_to_end/test_real_listening.py",
    "tests/redshift/features",
    "tests/redshift/python_models",
    "tests/redshift/production/test_publication.py",
    "tests/redshift/test_gate.py",
    "tests/architecture",
    "tests/redshift/production",
    "tests/redshift/stand_in_itself",
)
# Long tests that share nothing; of what is left every file is one.
ALONE = ("tests/end_to_end", "tests/unit/cli")
IN_ORDER = (*TOGETHER, *ALONE)


def _begins(nodeid: str) -> int:
    """The place among IN_ORDER of what a test belongs to."""
    places = (place for place, name in enumerate(IN_ORDER) if nodeid.startswith(name))
    return next(places, len(IN_ORDER))


def _scope(nodeid: str) -> str:
    """Tests of one scope go to one worker."""
    place = _begins(nodeid)
    if place < len(TOGETHER):
        return TOGETHER[place]
    return nodeid if place < len(IN_ORDER) else nodeid.split("::")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes long."""
    items.sort(key=lambda item: _begins(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`--dist loadscope` with these scopes. (Its groups by mark, `loadgroup`, do
    nothing with pytest 9.2: https://github.com/pytest-dev/pytest-xdist/issues/1386.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _scope(nodeid)

    return Scheduling(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.fixture(scope="session")
def programs() -> Iterator[Path]:
    """The folder of this environment's programs, with a dbt that is started already."""
    with started_dbt.environment() as folder:
        yield folder
