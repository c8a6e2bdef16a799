"""What must not be published is refused, and what readers see stays."""

import os
import time

import duckdb
import pytest

from music_warehouse.errors import UserError
from music_warehouse.publish import Inputs, Runs, find_current, publish


def failed_test(manifest, results):
    results["results"][2]["status"] = "fail"
    results["results"][3]["status"] = "skipped"


def a_warning(manifest, results):
    results["results"][2]["status"] = "warn"


def only_run(manifest, results):
    results["args"]["which"] = "run"


def without_rows(manifest, results):
    results["args"]["empty"] = True


def sampled(manifest, results):
    results["args"]["sample"] = {"start": "2024-01-01", "end": "2024-01-02"}


def mart_left_out(manifest, results):
    del results["results"][0]


def data_test_left_out(manifest, results):
    del results["results"][2]


def unit_test_left_out(manifest, results):
    del results["results"][3]


def trained_model_left_out(manifest, results):
    manifest["nodes"]["model.toy.raw"]["config"]["meta"] = {"retrained": "when_due"}
    results["results"] = [
        result
        for result in results["results"]
        if result["unique_id"] != "model.toy.raw"
    ]


def parsed_since(manifest, results):
    manifest["metadata"]["invocation_id"] = "a later parse"


def no_uniqueness_test(manifest, results):
    del manifest["nodes"]["test.toy.plays_unique.1a"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (failed_test, r"not green, plays_unique \(fail\)"),
        (only_run, r"last run was `dbt run`"),
        (without_rows, r"ran with --empty"),
        (sampled, r"ran with --sample"),
        (mart_left_out, r"left out 1 models or tests, plays for one"),
        (data_test_left_out, r"left out 1 models or tests, plays_unique for one"),
        (unit_test_left_out, r"left out 1 models or tests"),
        (parsed_since, r"has read the project anew"),
        (no_uniqueness_test, r"plays has no uniqueness test"),
    ],
)
def test_a_build_that_is_not_whole_and_green_is_refused(built, change, sentence):
    former = publish(built.data, built.target, built.root).folder
    built.build(change=change)

    with pytest.raises(UserError, match=sentence) as refusal:
        publish(built.data, built.target, built.root)

    assert "\n" not in str(refusal.value)
    assert find_current(built.data) == former
    assert [f.name for f in (built.data.published / "versions").iterdir()] == [
        former.name
    ]


def test_unit_tests_need_not_run_again_for_the_same_definitions(built):
    inputs = Inputs(1, "ledger", "definitions")
    publish(built.data, built.target, built.root, inputs)
    built.build(change=unit_test_left_out)

    with pytest.raises(UserError, match="left out 1 models or tests"):
        others = Inputs(2, "ledger", "other definitions")
        publish(built.data, built.target, built.root, others)
    later = Inputs(2, "later ledger", "definitions")
    assert publish(built.data, built.target, built.root, later).is_new


def test_what_an_earlier_build_has_trained_need_not_run_again(built):
    built.build(change=trained_model_left_out)

    with pytest.raises(UserError, match="left out 1 models or tests, raw for one"):
        publish(built.data, built.target, built.root)
    runs = Runs(is_trained_before=True)
    assert publish(built.data, built.target, built.root, runs=runs).is_new
    assert not publish(built.data, built.target, built.root).is_new


def test_a_warning_is_published(built):
    built.build(change=a_warning)

    assert publish(built.data, built.target, built.root).is_new


def test_a_warehouse_changed_after_its_build_is_refused(built):
    later = time.time() + 60
    os.utime(built.data.warehouse, (later, later))

    with pytest.raises(UserError, match="is not as the last dbt build left it"):
        publish(built.data, built.target, built.root)


def test_a_warehouse_of_an_earlier_run_than_the_results_is_refused(built):
    """As when the results are those of a build in another data folder."""
    earlier = time.time() - 3600
    os.utime(built.data.warehouse, (earlier, earlier))

    with pytest.raises(UserError, match="is not as the last dbt build left it"):
        publish(built.data, built.target, built.root)


def test_a_missing_warehouse_is_told(built):
    built.data.warehouse.unlink()

    with pytest.raises(UserError, match="There is no warehouse"):
        publish(built.data, built.target, built.root)


def test_missing_results_are_told(built):
    (built.target / "run_results.json").unlink()

    with pytest.raises(UserError, match="dbt has left no results"):
        publish(built.data, built.target, built.root)


@pytest.mark.parametrize(
    ("value", "column_type"),
    [
        ("[1, 2]", r"INTEGER\[\]"),
        ("1::hugeint", "HUGEINT"),
        ("1::float", "FLOAT"),
        ("now()", "TIMESTAMP WITH TIME ZONE"),
        ("uuid()", "UUID"),
    ],
)
def test_a_column_of_a_type_bi_cannot_read_is_refused(built, value, column_type):
    built.build(f"select 1 as listener, date '2024-01-01' as day, {value} as odd")

    with pytest.raises(UserError, match=rf"plays\.odd is of type {column_type}"):
        publish(built.data, built.target, built.root)

    assert find_current(built.data) is None


def test_every_type_bi_can_read_is_published(built):
    built.build(
        "select 1::bigint as listener, date '2024-01-01' as day, 1::integer as i, "
        "1::double as d, 1.5::decimal(18, 6) as p, 'x' as v, true as b, "
        "timestamp '2024-01-01' as t"
    )

    assert (
        publish(built.data, built.target, built.root).version.marts["plays"].rows == 1
    )


def test_a_warehouse_that_another_process_writes_is_refused(built):
    with (
        duckdb.connect(str(built.data.warehouse)),
        pytest.raises(UserError, match="is being written"),
    ):
        publish(built.data, built.target, built.root)
