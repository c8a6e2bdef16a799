"""What interrupts a build leaves the tables whole, and the next build mends it."""

from tests.redshift.engine import (
    Engine,
    ask,
    being_read,
    hung_up,
    kill,
    statements_waiting,
)

TABLE = "features.granted"
SELECTED = ("run", "--select", "granted")


def count(engine: Engine) -> int:
    """Rows of the table that is being replaced."""
    return int(ask(engine.environment, f"select count(*) from {TABLE}")[0][0])


def relics(engine: Engine) -> list[list]:
    """Tables under the names that dbt gives while it works."""
    return ask(
        engine.environment,
        "select table_name from information_schema.tables"
        " where table_schema = 'features' and table_name like '%\\_\\_dbt\\_%'",
    )


def test_a_dropped_connection_fails_the_model_and_keeps_the_table(
    changed: Engine,
) -> None:
    with being_read(changed.environment, TABLE):
        build = changed.start_dbt(*SELECTED)
        for session in statements_waiting(changed.environment):
            ask(changed.environment, f"select pg_terminate_backend({session})")
        told, _ = build.communicate(timeout=60)
    assert build.returncode == 1, told
    assert "Failure in model granted" in told
    assert count(changed) == 4
    assert relics(changed) == []
    changed.dbt(*SELECTED)
    assert count(changed) == 4


def test_a_killed_build_keeps_the_table(changed: Engine) -> None:
    with being_read(changed.environment, TABLE):
        build = changed.start_dbt(*SELECTED)
        statements_waiting(changed.environment)
        kill(build)
    hung_up(changed.environment)
    assert count(changed) == 4
    assert relics(changed) == []


def test_two_builds_at_once_leave_one_whole_table(changed: Engine) -> None:
    with being_read(changed.environment, TABLE):
        builds = [changed.start_dbt(*SELECTED, folder="first")]
        statements_waiting(changed.environment)
        builds.append(changed.start_dbt(*SELECTED, folder="second"))
        statements_waiting(changed.environment, 2)
    told = [build.communicate(timeout=60)[0] for build in builds]
    # They follow one another, or one of them fails by the model's name.
    assert 0 in [build.returncode for build in builds], told
    for build, words in zip(builds, told, strict=True):
        assert build.returncode == 0 or "Failure in model granted" in words
    assert count(changed) == 4
    assert relics(changed) == []
    changed.dbt(*SELECTED)
    assert count(changed) == 4
