"""The whole project on DuckDB and on the stand-in, from the same two deliveries."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.redshift.engine import (
    Engine,
    ask,
    being_read,
    hung_up,
    kill,
    statements_waiting,
)
from tests.redshift.parity import differences, from_duckdb, from_redshift, marts

FIRST_DELIVERY = ("--users", "1200")
# A hundred of them come a second time, with other lists.
SECOND_DELIVERY = ("--users", "300", "--first-user-id", "1101", "--seed", "2")
NO_TESTS = ("--exclude-resource-type", "test", "unit_test")
# The first listeners then have lists that people really have. The sweep compares all of
# the delivery, which takes twice as long to learn from.
REAL_LISTENERS = 250
REAL_DATA = Path(__file__).parents[4] / "shared" / "data" / "real"
REAL_DELIVERY = "listening_lastfm_1000"
# The build is killed when it comes to replace this mart: a third of the models, of all
# kinds but the Python ones, are built then.
REPLACED_AT_KILL = "dim_artists"


@dataclass
class History:
    """Both engines, and what was seen after each delivery."""

    duckdb: Engine
    redshift: Engine
    lake: str
    debug: str = ""
    first_results: list[dict] = field(default_factory=list)
    second_results: list[dict] = field(default_factory=list)
    differences: dict[str, list[str]] = field(default_factory=dict)
    before_kill: dict[str, list] = field(default_factory=dict)
    after_kill: dict[str, list] = field(default_factory=dict)

    def deliver(self, name: str, *words: str) -> None:
        """Generate a delivery, and take it in."""
        landing = self.redshift.data.parent / name
        self.redshift.run("music-warehouse", "generate", *words, "--out", str(landing))
        self.take_in(landing)

    def take_in(self, landing: Path) -> None:
        """Take a delivery into the lake, and into Redshift."""
        lake = ("--lake", self.lake)
        self.redshift.run("music-warehouse", "ingest", str(landing), *lake)
        self.redshift.run("music-warehouse", "load", *lake)

    def take_in_first_listeners(self, delivery: Path) -> None:
        """Take in the rows of a real delivery that are about its first listeners."""
        landing = self.redshift.data.parent / "real" / delivery.name
        landing.mkdir(parents=True)
        for file in delivery.glob("*.csv"):
            header, *lines = file.read_bytes().split(b"\n")
            rows = [
                line
                for line in filter(None, lines)
                if int(line.split(b",")[0]) < REAL_LISTENERS
            ]
            (landing / file.name).write_bytes(b"\n".join([header, *rows, b""]))
        self.take_in(landing)

    def compare(self) -> dict[str, list[str]]:
        """What differs, by mart: every mart there is."""
        database = self.duckdb.data / "warehouse.duckdb"
        here, there = marts(self.duckdb), marts(self.redshift)
        assert here.keys() == there.keys()
        return {
            mart: differences(
                from_duckdb(database, here[mart]),
                from_redshift(self.redshift.environment, there[mart]),
            )
            for mart in here
        }

    def rows(self) -> dict[str, list]:
        """Rows of each mart on Redshift."""
        return {
            mart: ask(self.redshift.environment, f"select count(*) from {relation}")
            for mart, relation in marts(self.redshift).items()
        }


@pytest.fixture(scope="session")
def first_build(
    stand_in: dict[str, str], programs: Path, tmp_path_factory: pytest.TempPathFactory
) -> History:
    """The first delivery, built from nothing, tests included."""
    data = tmp_path_factory.mktemp("project") / "data"
    history = History(
        Engine(programs, "local", data),
        Engine(programs, "prod", data, stand_in),
        "s3://warehouse/sample",
    )
    history.deliver("first", *FIRST_DELIVERY)
    history.debug = history.redshift.dbt("debug")
    history.redshift.dbt("build")
    history.first_results = history.redshift.results()
    return history


@pytest.fixture(scope="session")
def second_build(first_build: History) -> History:
    """A second delivery, with part of a real one where that is on this machine. The
    build is killed on its way, and run again.

    DuckDB builds from nothing what Redshift has built in two steps.
    """
    history = first_build
    history.deliver("second", *SECOND_DELIVERY)
    if (REAL_DATA / REAL_DELIVERY).is_dir():
        history.take_in_first_listeners(REAL_DATA / REAL_DELIVERY)
    history.before_kill = history.rows()
    environment = history.redshift.environment
    with being_read(environment, marts(history.redshift)[REPLACED_AT_KILL]):
        build = history.redshift.start_dbt("build", *NO_TESTS)
        statements_waiting(environment)
        kill(build)
    hung_up(environment)
    history.after_kill = history.rows()
    history.redshift.dbt("build", *NO_TESTS)
    history.second_results = history.redshift.results()
    history.redshift.dbt("docs", "generate")
    history.duckdb.dbt("build", *NO_TESTS)
    history.differences = history.compare()
    return history


@pytest.fixture
def redshift(second_build: History) -> Iterator[Engine]:
    """The project on the stand-in, as both deliveries have left it."""
    yield second_build.redshift


@pytest.fixture
def record(redshift: Engine) -> Path:
    """What was said to the stand-in."""
    return Path(redshift.environment["STAND_IN_RECORD"])
