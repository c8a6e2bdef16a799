"""A small project of every feature of dbt-redshift, in a database of its own."""

import shutil
from pathlib import Path

import pytest

from tests.redshift.engine import Engine, tell

PROJECT = Path(__file__).parent / "project"


@pytest.fixture(scope="session")
def features(
    stand_in: dict[str, str], programs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Engine:
    """The project, built from nothing."""
    folder = tmp_path_factory.mktemp("features")
    shutil.copytree(PROJECT, folder / "project")
    tell(stand_in, "create database features")
    environment = {**stand_in, "REDSHIFT_DATABASE": "features"}
    tell(
        environment,
        "create user features_reader password 'Features-1'",
        "create user features_stranger password 'Features-1'",
    )
    engine = Engine(programs, "redshift", folder, environment, folder / "project")
    engine.dbt("build")
    return engine


@pytest.fixture(scope="session")
def changed(features: Engine) -> Engine:
    """The project, built again: a play has changed, and one is new."""
    seed = features.project / "seeds" / "plays.csv"
    seed.write_text("play_id,user_name,plays\n1,Ana,10\n2,Zoë 🎧,21\n3,,\n4,Li,30\n")
    features.dbt("build", "--exclude-resource-type", "unit_test")
    features.dbt("docs", "generate")
    return features
