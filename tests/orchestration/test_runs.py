"""Runs of the real thing on a small sample, in this process; each test goes on from
where the one before has left the data folder."""

import json
from contextlib import ExitStack
from pathlib import Path
from threading import Timer

import dagster as dg
import duckdb
import pytest

from music_warehouse.local_tables import LocalTables
from music_warehouse.origin import Training
from music_warehouse.publish import Version, current_version
from music_warehouse.synthetic.listening import generate_listening
from orchestration.lib import failures
from orchestration.lib.selection import public_models
from tests.orchestration.conftest import USERS, Orchestrated, make_old

DIM_USERS = dg.AssetKey(["marts", "dim_users"])
AGG = dg.AssetKey(["marts", "agg_artist_country"])
LEDGER = dg.AssetKey(["deliveries", "ledger"])
PUBLISHED = dg.AssetKey("published_marts")
PERSONAL = "anna_karenina"
MADE = dg.DagsterEventType.ASSET_MATERIALIZATION
CHECKED = dg.DagsterEventType.ASSET_CHECK_EVALUATION
OBSERVED = dg.DagsterEventType.ASSET_OBSERVATION


@pytest.fixture(scope="module")
def part(
    orchestrated: Orchestrated, first_run: dg.ExecuteInProcessResult
) -> dg.ExecuteInProcessResult:
    """One mart and its checks, built alone after everything was built."""
    return orchestrated.run("build_and_publish", asset_selection=[DIM_USERS])


def metadata_of(
    run: dg.ExecuteInProcessResult,
) -> dict[dg.AssetKey, dict[str, object]]:
    """What was said of each asset that the run has made."""
    return {
        event.asset_key: {
            name: value.value for name, value in event.materialization.metadata.items()
        }
        for event in run.get_asset_materialization_events()
        if event.asset_key is not None
    }


def land_a_listener(landing: Path) -> None:
    """Two exports of one streaming history, whose folder is named as the listener; one
    of them is torn."""
    folder = landing / "service" / "streaming_history" / PERSONAL
    folder.mkdir(parents=True)
    play = {
        "endTime": "2024-05-01 10:00",
        "artistName": "Ada",
        "trackName": "Blue",
        "msPlayed": 60000,
    }
    (folder / "StreamingHistory0.json").write_text(json.dumps([play]))
    (folder / "StreamingHistory1.json").write_text(json.dumps([play])[:-20])


def failures_of(run: dg.ExecuteInProcessResult) -> list[str]:
    """What the run's steps have failed for."""
    return [
        str(event.step_failure_data.user_failure_data.description)
        for event in run.all_events
        if event.is_step_failure
    ]


def test_everything_is_made_checked_and_published(
    orchestrated: Orchestrated, first_run: dg.ExecuteInProcessResult
) -> None:
    assert first_run.success, failures_of(first_run)
    graph = orchestrated.definitions.resolve_asset_graph()
    checks = first_run.get_asset_check_evaluations()

    assert set(metadata_of(first_run)) == graph.materializable_asset_keys
    assert {check.asset_check_key for check in checks} == graph.asset_check_keys
    assert [check.check_name for check in checks if not check.passed] == []
    version = Version.read(current_version(orchestrated.data))
    told = metadata_of(first_run)[PUBLISHED]
    assert (told["version"], told["is new"]) == (version.id, True)
    assert version.marts["dim_users"].rows == USERS


def test_rows_columns_and_their_origin_are_told(
    orchestrated: Orchestrated, first_run: dg.ExecuteInProcessResult, manifest: dict
) -> None:
    told = metadata_of(first_run)
    version = Version.read(current_version(orchestrated.data))

    for unique_id in public_models(manifest):
        name = manifest["nodes"][unique_id]["name"]
        metadata = told[dg.AssetKey(["marts", name])]
        assert metadata["dagster/row_count"] == version.marts[name].rows
        assert metadata["dagster/column_schema"].columns
    lineage = told[AGG]["dagster/column_lineage"].deps_by_column
    assert lineage["artist_key"]
    assert told[LEDGER]["loaded"] == told[LEDGER]["dagster/row_count"] == 4


def test_what_is_known_of_columns_is_told_while_dbt_runs_and_rows_afterwards(
    orchestrated: Orchestrated, part: dg.ExecuteInProcessResult
) -> None:
    """The first run had to find the columns, and told all at its end."""
    told = metadata_of(part)[DIM_USERS]
    [counted] = [e for e in part.all_events if e.is_asset_observation]
    happened = [
        (entry.timestamp, entry.dagster_event_type)
        for entry in orchestrated.instance.all_logs(part.run_id)
        if entry.dagster_event_type in (MADE, CHECKED, OBSERVED)
    ]

    assert told["dagster/column_schema"].columns
    assert told["dagster/column_lineage"].deps_by_column["user_key"]
    rows = counted.asset_observation_data.asset_observation.metadata
    assert counted.asset_key == DIM_USERS
    assert rows["dagster/row_count"].value == USERS
    kinds = [kind for _, kind in happened]
    assert (kinds[0], kinds[-1]) == (MADE, OBSERVED)
    assert kinds[1:-1] == [CHECKED] * (len(kinds) - 2) != []
    # dbt has to end in between.
    assert happened[-1][0] - happened[-2][0] > 0.1


def test_a_part_is_built_and_not_published(
    orchestrated: Orchestrated, part: dg.ExecuteInProcessResult
) -> None:
    former = current_version(orchestrated.data)

    assert part.success, failures_of(part)
    told = metadata_of(part)
    assert list(told) == [DIM_USERS]
    assert told[DIM_USERS]["publication"] == (
        "built alone: readers see it with the next whole build"
    )
    assert current_version(orchestrated.data) == former
    origin = LocalTables(orchestrated.data).origin()
    assert origin is not None and origin.training is Training.ENDED

    alone = orchestrated.run("build_and_publish", asset_selection=[PUBLISHED])
    assert not alone.success
    assert "is not as the last dbt build left it" in failures_of(alone)[0]
    assert current_version(orchestrated.data) == former


def test_the_sensor_starts_a_run_for_new_files_and_not_twice(
    orchestrated: Orchestrated, first_run: dg.ExecuteInProcessResult
) -> None:
    repository = orchestrated.definitions.get_repository_def()
    sensor = repository.get_sensor_def("landed_files_sensor")

    def look(cursor: str | None = None) -> dg.SensorResult:
        with dg.build_sensor_context(
            instance=orchestrated.instance, cursor=cursor
        ) as context:
            found = sensor(context)
        assert isinstance(found, dg.SensorResult)
        return found

    nothing = look()
    assert not nothing.run_requests
    assert "4 files have landed: 0 are new" in str(nothing.skip_reason)
    folder = orchestrated.data.landing / "listening" / "users"
    late = folder / f"{PERSONAL}.csv"
    late.write_text("user_id,country,total_scrobbles\n" + "x,Germany,1\n" * 3)
    assert "1 are still being written" in str(look(nothing.cursor).skip_reason)
    make_old(folder)
    news = look(nothing.cursor)
    [request] = news.run_requests or []
    assert look(news.cursor).run_requests == [request]
    assert PERSONAL not in f"{request}{news.cursor}"


def test_a_failing_data_test_leaves_what_readers_see(
    orchestrated: Orchestrated, first_run: dg.ExecuteInProcessResult
) -> None:
    """The file of the test before is refused row by row."""
    former = current_version(orchestrated.data)
    generate_listening(
        orchestrated.data.landing / "more", 20, 2, "csv", first_user_id=9001
    )
    land_a_listener(orchestrated.data.landing)
    make_old(orchestrated.data.landing)

    run = orchestrated.run("build_and_publish")

    assert not run.success
    failed = {c.check_name for c in run.get_asset_check_evaluations() if not c.passed}
    assert failed == {"rejects_are_few", "assert_reject_share_is_publishable"}
    [told] = failures_of(run)
    assert "assert_reject_share_is_publishable (fail) first" in told
    assert f"Readers go on seeing version {former.name}" in told
    assert "`accepted_files: [" in told
    assert PUBLISHED not in metadata_of(run)
    assert current_version(orchestrated.data) == former
    with duckdb.connect(str(orchestrated.data.warehouse), read_only=True) as warehouse:
        [(users,)] = warehouse.execute(
            "select count(*) from marts.dim_users"
        ).fetchall()
    assert users > USERS


def test_dagster_keeps_no_name_of_a_landed_file_or_listener(
    orchestrated: Orchestrated, first_run: dg.ExecuteInProcessResult
) -> None:
    kept = [file for file in orchestrated.environment.home.rglob("*") if file.is_file()]

    assert len(kept) > 5
    assert [file for file in kept if PERSONAL.encode() in file.read_bytes()] == []


def test_a_run_waits_for_a_build_at_the_command_line(
    orchestrated: Orchestrated,
    first_run: dg.ExecuteInProcessResult,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(failures, "WAIT_SECONDS", 1)
    with orchestrated.environment.build() as engine, ExitStack() as building:
        building.enter_context(engine.alone())
        Timer(2, building.close).start()
        run = orchestrated.run("build_and_publish", asset_selection=[PUBLISHED])

    waits = [event for event in run.all_events if event.is_step_up_for_retry]
    assert waits
    assert "Another build of this data folder is under way" in str(
        waits[0].step_retry_data
    )
    assert "is not green" in failures_of(run)[0]
