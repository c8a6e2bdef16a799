"""Models that are trained when due: `build` with a real dbt, on a project whose model
remembers how many files there were when it was built last."""

from pathlib import Path

import duckdb
import pytest

from music_warehouse.publish import find_current

PROJECT = """
name: toy
version: "1.0"
profile: toy
flags: {send_anonymous_usage_stats: false}
models: {toy: {+materialized: table, +access: public}}
"""

PROFILES = """
toy:
  target: local
  outputs:
    local:
      type: duckdb
      path: "{{ env_var('MUSIC_WAREHOUSE_DATA') }}/warehouse.duckdb"
      schema: marts
"""

LEDGER = "read_parquet('{{ env_var(\"MUSIC_WAREHOUSE_DATA\") }}/lake/ledger/*.parquet')"

MODELS = {
    "files": f"select count(*) as files from {LEDGER}",
    "trained": f"""
{{{{ config(meta={{'retrained': 'when_due'}}, access='protected') }}}}
select count(*) as trained_files, max(rows_loaded) as most_rows from {LEDGER}
""",
    "model_card": "select trained_files, most_rows from {{ ref('trained') }}",
    "retraining_triggers": """
select
    'toy' as model_group,
    'new_files' as reason,
    files.files - trained.trained_files as observed,
    1 as threshold,
    trained.trained_files as trained_through_file_seq,
    files.files - trained.trained_files > 1 as is_due
from {{ ref('files') }} as files
cross join {{ ref('trained') }} as trained
""",
}

TESTS = """
models:
  - name: files
    columns: [{name: files, data_tests: [unique]}]
  - name: trained
    columns: [{name: trained_files, data_tests: [not_null]}]
  - name: model_card
    columns: [{name: trained_files, data_tests: [unique]}]
  - name: retraining_triggers
    columns: [{name: reason, data_tests: [unique]}]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Training fails, by its test, on files of over 100 rows."""
    (tmp_path / "models").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "dbt_project.yml").write_text(PROJECT)
    (tmp_path / "profiles.yml").write_text(PROFILES)
    for name, sql in MODELS.items():
        (tmp_path / "models" / f"{name}.sql").write_text(sql)
    (tmp_path / "models" / "_models.yml").write_text(TESTS)
    (tmp_path / "tests" / "few_rows.sql").write_text(
        "select * from {{ ref('model_card') }} where most_rows > 100"
    )
    return tmp_path


def published(data) -> tuple[int, int]:
    """Files in the published version, and files its model was trained on."""
    folder = find_current(data)
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as marts:
        files, trained = marts.execute(
            "select files, trained_files from files cross join model_card"
        ).fetchone()
    return files, trained


def test_models_are_trained_when_due_and_again_after_a_training_that_failed(
    run, data, deliver, project
):
    deliver(7)
    first = run("build")
    assert first.status == 0, first.out + first.err
    assert published(data) == (1, 1)

    deliver(8)
    kept = run("build")
    assert kept.status == 0, kept.out + kept.err
    assert "The Python models stay as they were trained" in kept.out
    assert published(data) == (2, 1)
    assert "No Python model is due for training." in run("status").out

    deliver(101)
    failed = run("build")
    assert failed.status == 1
    assert "toy: new_files 2 is above 1." in failed.out
    assert "few_rows (fail) first" in failed.err
    assert published(data) == (2, 1)

    # The table was built, so no trigger is due; but its tests never passed.
    again = run("build")
    assert again.status == 1
    assert "The Python models stay" not in again.out
    assert published(data) == (2, 1)
