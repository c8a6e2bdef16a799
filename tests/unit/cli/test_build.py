"""`build`, `publish` and `status` with a real dbt, on a project of one mart."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from music_warehouse.ingest.lake import reading
from music_warehouse.publish import find_current
from tests.unit.cli.toy_project import LEDGER, SETTINGS, add_model

# Begins and ends with what must not spoil the SQL around it.
REJECTED = f"""
-- A comment; with a semicolon.
select deliveries.file_seq, ledger.rows_rejected
from {{{{ ref('deliveries') }}}} as deliveries
inner join {LEDGER} as ledger on deliveries.file_seq = ledger.file_seq
where
    ledger.rows_rejected > ledger.rows_loaded
    and not list_contains({{{{ var("accepted_files") }}}}::integer[], ledger.file_seq)
order by deliveries.file_seq -- the end
"""

HELD = """
import os

import filelock


def model(dbt, session):
    lake = os.path.join(os.environ["MUSIC_WAREHOUSE_DATA"], "lake")
    try:
        filelock.FileLock(os.path.join(lake, ".ingest.lock"), timeout=0).acquire()
        held = "false"
    except filelock.Timeout:
        held = "true"
    return session.sql(f"select {held} as is_held")
"""


@pytest.fixture
def checked_project(project: Path) -> Path:
    """The project with a check of rejected rows, in the form of the warehouse's own,
    and two more declared settings."""
    settings = "vars: {most_loaded: 1000, max_reject_share: 0.5, accepted_files: []}"
    lines = SETTINGS.strip().splitlines()[:-1]
    lines += ["test-paths: [tests, dbt_project/data_tests]", settings]
    (project / "dbt_project.yml").write_text("\n".join(lines))
    tests = project / "dbt_project" / "data_tests"
    tests.mkdir(parents=True)
    (tests / "assert_reject_share_is_publishable.sql").write_text(REJECTED)
    return project


def published_rows(data) -> list[tuple[int, int]]:
    folder = find_current(data)
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as marts:
        return marts.execute("select * from deliveries").fetchall()


def full_refresh_of_last_run(project: Path) -> bool:
    results = json.loads((project / "target" / "run_results.json").read_text())
    return bool(results["args"].get("full_refresh"))


def test_a_green_build_is_published_and_a_red_one_is_not(run, data, deliver, project):
    deliver(7, 2)
    first = run("build")
    assert first.status == 0, first.out + first.err
    assert "Completed successfully" in first.out
    assert published_rows(data) == [(1, 7)]

    again = run("build")
    assert again.status == 0
    assert again.out.startswith("Nothing is new")
    assert "Running with dbt" not in again.out

    deliver(101)
    status = run("status")
    assert "1 delivery has come since" in status.out
    assert "version 000001-" in status.out
    assert ["listening.users", "blank_user_id", "2"] in [
        line.split()[:3] for line in status.out.splitlines()
    ]

    red = run("build")
    assert red.status == 1
    assert "1 node is not green, few_rows (fail) first" in red.err
    rows = red.out[red.out.index("Rows for which few_rows failed, 3 at most:") :]
    assert [line.split() for line in rows.splitlines()[1:]] == [
        ["file_seq", "rows_loaded"],
        ["2", "101"],
        [],
    ]
    assert "Readers go on seeing version 000001-" in red.err
    assert published_rows(data) == [(1, 7)]

    refused = run("publish")
    assert refused.status == 1
    assert "The last dbt build is not green, few_rows (fail) for one" in refused.err
    assert published_rows(data) == [(1, 7)]


def test_what_has_changed_decides_whether_and_how_a_build_runs(
    run, data, deliver, project
):
    deliver(7)
    assert run("build").status == 0

    deliver(8)
    assert run("build").status == 0
    assert not full_refresh_of_last_run(project)
    assert published_rows(data) == [(1, 7), (2, 8)]
    assert "The published version holds every delivery." in run("status").out

    assert run("build", "--vars", "most_loaded: 7").status == 0
    assert full_refresh_of_last_run(project)
    assert published_rows(data) == [(1, 7)]

    forced = run("build", "--vars", "{most_loaded: 7}", "--force")
    assert "Completed successfully" in forced.out
    assert not full_refresh_of_last_run(project)

    (project / "models" / "deliveries.sql").write_text("select 1 as file_seq, broken")
    broken = run("build")
    assert broken.status == 1
    assert "deliveries (error) first" in broken.err
    assert published_rows(data) == [(1, 7)]


def test_a_build_that_rejects_stop_names_the_rows_and_the_way_out(
    run, data, deliver, checked_project
):
    deliver(7)
    assert run("build").status == 0
    for _ in range(4):
        deliver(2, 3)
    deliver(0, 1, content=50, state="rejected")

    stopped = run("build")

    assert stopped.status == 1
    rows = stopped.out[stopped.out.index("Rows for which assert_reject_share") :]
    assert [line.split() for line in rows.splitlines()[1:5]] == [
        ["file_seq", "rows_rejected"],
        *([str(number), "3"] for number in (2, 3, 4)),
    ]
    assert "`accepted_files: [2, 3, 4, 5, 6]` in dbt_project.yml" in stopped.err
    assert "build --vars '{accepted_files: [2, 3, 4, 5, 6]}'`" in stopped.err


def test_letting_a_file_pass_refreshes_nothing_and_can_be_taken_back(
    run, data, deliver, checked_project
):
    deliver(7)
    assert run("build").status == 0
    deliver(2, 3)
    assert run("build").status == 1

    assert run("build", "--vars", "{accepted_files: [2]}").status == 0
    assert not full_refresh_of_last_run(checked_project)
    assert published_rows(data) == [(1, 7), (2, 2)]

    settings = checked_project / "dbt_project.yml"
    settings.write_text(settings.read_text().replace("files: []", "files: [2]"))
    assert run("build").out.startswith("Nothing is new")

    assert run("build", "--vars", "{accepted_files: []}").status == 1
    assert not full_refresh_of_last_run(checked_project)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{accepted_file: [5]}", "has no var accepted_file: did you mean accepted_fi"),
        ("{zzz: 1}", "dbt_project.yml has no var zzz."),
        ("{accepted_files: 5}", "accepted_files is 5, but must be a list of file num"),
        ("{accepted_files: [a]}", "accepted_files is ['a'], but must be a list"),
    ],
)
def test_a_mistaken_var_is_told_before_dbt_starts(
    run, data, deliver, checked_project, given, told
):
    deliver(7)
    ended = run("build", "--vars", given)

    assert ended.status == 1
    assert told in ended.err
    assert ended.err.count("\n") == 1
    assert ended.out == ""


def test_another_lake_with_the_same_sequence_numbers_is_built_from_nothing(
    run, data, deliver, project
):
    deliver(7)
    deliver(8)
    assert run("build").status == 0

    shutil.rmtree(data.lake)
    deliver(7)
    deliver(9, content=99)
    deliver(10)
    assert "3 deliveries have come since" in run("status").out
    assert run("build").status == 0

    assert full_refresh_of_last_run(project)
    assert published_rows(data) == [(1, 7), (2, 9), (3, 10)]


def test_a_delivery_of_a_red_build_that_is_taken_back_leaves_no_rows(
    run, data, deliver, project
):
    """The incremental tables may hold them: the next build begins from nothing."""
    deliver(7)
    assert run("build").status == 0
    lake = shutil.copytree(data.lake, data.root / "backup")
    deliver(101)
    assert run("build").status == 1
    assert not full_refresh_of_last_run(project)

    shutil.rmtree(data.lake)
    lake.rename(data.lake)
    deliver(8, content=88)
    assert run("build").status == 0

    assert full_refresh_of_last_run(project)
    assert published_rows(data) == [(1, 7), (2, 8)]


def test_what_was_delivered_before_is_not_new(run, data, deliver, project):
    deliver(7)
    deliver(0, 1, state="rejected", path="refused.csv")
    assert run("build").status == 0

    deliver(7, content=1, state="duplicate")
    deliver(0, 1, content=2, state="rejected", path="refused.csv")
    assert "The published version holds every delivery." in run("status").out
    assert run("build").out.startswith("Nothing is new")

    deliver(0, 1, state="rejected")
    assert "1 delivery has come since" in run("status").out
    assert run("build").status == 0
    assert not full_refresh_of_last_run(project)


def test_a_damaged_version_is_told_and_heals_with_the_next_build(
    run, data, deliver, project
):
    deliver(7)
    assert run("build").status == 0
    told = find_current(data) / "version.json"
    whole = told.read_text()

    def require_told(*words: str) -> None:
        ended = run(*words)
        assert ended.status == 1
        assert "is damaged: run `music-warehouse build`." in ended.err
        assert ended.err.count("\n") == 1

    told.write_text("{")
    require_told("status")
    told.write_text(whole)
    (find_current(data) / "marts.duckdb").write_text("no database, but long enough")
    require_told("status")
    require_told("ask", "artists-in", "Germany")

    assert "Nothing is new" not in run("build").out
    assert published_rows(data) == [(1, 7)]
    assert run("status").status == 0


def test_ingest_and_build_wait_for_each_other(run, data, deliver, project):
    deliver(7)
    delivery = project / "users.csv"
    delivery.write_text("user_id,country,total_scrobbles\n1,Germany,7\n")

    with reading(data.lake):
        build, ingest = run("build"), run("ingest", delivery)

    assert (build.status, ingest.status) == (1, 1)
    assert "An ingest is writing to" in build.err
    assert "or a build is reading it" in ingest.err
    assert not data.warehouse.exists()


def test_the_lake_is_held_while_dbt_runs(run, data, deliver, project):
    """The project itself asks for the lock, from within dbt."""
    deliver(7)
    add_model(project, "held", HELD, key="is_held", suffix="py")

    ended = run("build")

    assert ended.status == 0, ended.out + ended.err
    with duckdb.connect(str(find_current(data) / "marts.duckdb")) as marts:
        assert marts.execute("select is_held from held").fetchall() == [(True,)]


def test_a_lake_that_is_not_as_ingested_is_not_built(run, data, deliver, project):
    deliver(7)
    deliver(8)
    lake_file = data.lake / "listening" / "users" / "000002.parquet"
    lake_file.write_bytes(lake_file.read_bytes() + b"?")

    changed = run("build")
    assert changed.status == 1
    assert "users/000002.parquet is not as it was ingested" in changed.err

    lake_file.unlink()
    missing = run("build")
    assert missing.status == 1
    assert "users/000002.parquet is missing: restore it" in missing.err
    assert not data.warehouse.exists()


def test_a_project_dbt_cannot_read_is_told(run, data, deliver, project):
    deliver(7)
    (project / "models" / "_deliveries.yml").write_text("models: [")

    ended = run("build")

    assert ended.status == 1
    assert "dbt stopped before it built anything" in ended.err
    assert "Nothing is published yet." in ended.err
