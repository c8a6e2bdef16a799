"""A sample that the tests of this folder share."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import Warehouse


@pytest.fixture(scope="session")
def sample(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Synthetic deliveries, ingested, built and published as a newcomer does: enough
    listeners that the embedding's quality is asserted."""
    folder = tmp_path_factory.mktemp("sample")
    warehouse = Warehouse(folder / "data", programs)
    warehouse.run("generate", "--users", "1200", "--out", str(folder / "landing"))
    warehouse.run("ingest", str(folder / "landing"))
    warehouse.run("build")
    return warehouse
