"""Models that are trained when due: `build` with a real dbt, on a project whose model
remembers how many files there were when it was built last."""

from pathlib import Path

import duckdb
import pytest

from music_warehouse.publish import find_current
from tests.unit.cli.toy_project import LEDGER, add_model

MODELS = {
    "trained": f"""
{{{{ config(meta={{'retrained': 'when_due'}}, access='protected') }}}}
select count(*) as trained_files, max(rows_loaded) as most_rows from {LEDGER}
""",
    "model_card": "select trained_files, most_rows from {{ ref('trained') }}",
    "retraining_triggers": """
select
    'toy' as model_group,
    'new_files' as reason,
    count(*) - trained.trained_files as observed,
    1 as threshold,
    trained.trained_files as trained_through_file_seq,
    count(*) - trained.trained_files > 1 as is_due
from {{ ref('deliveries') }} as deliveries
cross join {{ ref('trained') }} as trained
group by trained.trained_files
""",
}

KEYS = {
    "trained": "trained_files",
    "model_card": "trained_files",
    "retraining_triggers": "reason",
}


@pytest.fixture
def training_project(project: Path) -> Path:
    """Training fails, by its test, on files of over 100 rows."""
    for name, sql in MODELS.items():
        add_model(project, name, sql, KEYS[name])
    (project / "tests" / "few_rows.sql").write_text(
        "select * from {{ ref('model_card') }} where most_rows > 100"
    )
    return project


def published(data) -> tuple[int, int]:
    """Files in the published version, and files its model was trained on."""
    folder = find_current(data)
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as marts:
        files, trained = marts.execute(
            "select count(*), any_value(trained_files) from deliveries, model_card"
        ).fetchone()
    return files, trained


def test_models_are_trained_when_due_and_again_after_a_training_that_failed(
    run, data, deliver, training_project
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
