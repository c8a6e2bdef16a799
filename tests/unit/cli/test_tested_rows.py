"""What a test of rows looks at: what a delivery has written, unless some of the rest
may never have passed it. `build` with a real dbt, on a project with an incremental
model."""

import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from music_warehouse.publish import find_current
from tests.unit.cli.toy_project import LEDGER

MODEL = f"""
{{{{ config(materialized='incremental', incremental_strategy='append') }}}}
select
    file_seq,
    case when rows_loaded <= 100 then rows_loaded end as few_rows,
    file_seq as built_through_file_seq
from {LEDGER}
{{% if is_incremental() %}}
where file_seq > (select max(file_seq) from {{{{ this }}}})
{{% endif %}}
"""

TESTS = """
models:
  - name: files_of_few_rows
    columns:
      - name: file_seq
        data_tests: [unique]
      - name: few_rows
        data_tests:
          - not_null:
              config: {where: built_through_file_seq > __tested_through__}
"""


@pytest.fixture(autouse=True)
def incremental_project(project: Path) -> Path:
    """Its test fails on files of over 100 rows."""
    (project / "models" / "files_of_few_rows.sql").write_text(MODEL)
    (project / "models" / "_files_of_few_rows.yml").write_text(TESTS)
    (project / "tests" / "few_rows.sql").unlink()
    macro = Path(__file__).parents[3] / "macros" / "get_where_subquery.sql"
    (project / "macros").mkdir()
    shutil.copy(macro, project / "macros")
    return project


def rows_looked_at_after(project: Path) -> int:
    """The delivery after which rows were looked at in the last build."""
    results = json.loads((project / "target" / "run_results.json").read_text())
    (sql,) = (
        result["compiled_code"]
        for result in results["results"]
        if "not_null_files_of_few_rows" in result["unique_id"]
    )
    return int(re.findall(r"built_through_file_seq > (\d+)", sql)[0])


def test_only_rows_that_have_not_passed_are_tested(run, deliver, project):
    deliver(7)
    assert run("build").status == 0
    assert rows_looked_at_after(project) == 0

    deliver(8)
    assert run("build").status == 0
    assert rows_looked_at_after(project) == 1


def test_rows_that_failed_are_tested_again_with_the_next_delivery(
    run, data, deliver, project
):
    deliver(7)
    assert run("build").status == 0
    published = find_current(data)
    deliver(101)
    assert run("build").status == 1

    deliver(8)

    assert run("build").status == 1
    assert rows_looked_at_after(project) == 0
    assert find_current(data) == published


def test_rows_that_somebody_else_has_written_are_built_anew(
    run, data, deliver, project
):
    deliver(7)
    assert run("build").status == 0
    with duckdb.connect(str(data.warehouse)) as warehouse:
        warehouse.execute("update marts.files_of_few_rows set few_rows = 3")

    deliver(8)
    built = run("build")

    assert built.status == 0
    assert "it is built from nothing" in built.out
    assert rows_looked_at_after(project) == 0
    with duckdb.connect(str(data.warehouse)) as warehouse:
        found = warehouse.execute("select few_rows from marts.files_of_few_rows")
        assert sorted(found.fetchall()) == [(7,), (8,)]


def test_nothing_is_said_to_be_built_where_nothing_is(run, data, deliver):
    deliver(7)
    assert run("build").status == 0
    with duckdb.connect(str(data.warehouse)) as warehouse:
        warehouse.execute("create table marts.noted as select 1 as one")

    again = run("build")

    assert again.status == 0
    assert "built from nothing" not in again.out


def test_a_build_from_nothing_tests_every_row(run, deliver, project):
    deliver(7)
    assert run("build").status == 0

    assert run("build", "--full-refresh").status == 0

    assert rows_looked_at_after(project) == 0
