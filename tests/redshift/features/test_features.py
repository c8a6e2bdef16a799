"""Features of dbt-redshift that the project uses, or may come to use."""

import pytest
import redshift_connector

from tests.redshift.engine import Engine, ask, tell

ROWS = [[1, "Ana", 10], [2, "Zoë 🎧", 21], [3, None, None], [4, "Li", 30]]


def rows(engine: Engine, table: str) -> list[list]:
    """The rows of a table, in order."""
    return ask(
        engine.environment, f"select * from features.{table} order by play_id, plays"
    )


def test_seeds_keep_unicode_and_nulls(changed: Engine) -> None:
    assert rows(changed, "plays") == ROWS


def test_merge_and_delete_insert_replace_and_append_adds(changed: Engine) -> None:
    assert rows(changed, "merged") == ROWS
    assert rows(changed, "replaced") == ROWS
    assert rows(changed, "appended") == [
        *[ROWS[0], [2, "Zoë 🎧", 20]],
        *ROWS[1:],
    ]


def test_a_snapshot_keeps_what_was(changed: Engine) -> None:
    kept = ask(
        changed.environment,
        "select play_id, plays, dbt_valid_to is null as is_current"
        " from features.plays_as_they_were order by play_id, dbt_valid_from",
    )
    assert kept == [
        [1, 10, True],
        [2, 20, False],
        [2, 21, True],
        [3, None, True],
        [4, 30, True],
    ]


def test_a_contract_cuts_by_bytes(changed: Engine) -> None:
    found = ask(
        changed.environment,
        "select user_name, third from features.contracted order by play_id",
    )
    # Zoë is four bytes, the blank one; of the four of the emoji two are left.
    assert found == [["Ana", 10 / 3], ["Zoë ", 7.0], [None, None], ["Li", 10.0]]


def test_descriptions_are_comments(changed: Engine) -> None:
    contracted = changed.catalog()["nodes"]["model.features.contracted"]
    assert contracted["metadata"]["comment"] == 'It\'s "quoted", and has 100 %.'
    assert contracted["columns"]["play_id"]["comment"] == "A number."


def test_the_documentation_has_late_binding_views_too(changed: Engine) -> None:
    late = changed.catalog()["nodes"]["model.features.late"]
    assert list(late["columns"]) == ["play_id", "user_name", "plays"]


def test_keys_are_what_the_model_says(changed: Engine) -> None:
    found = ask(
        changed.environment,
        "select diststyle, sortkey1, sortkey_num from svv_table_info"
        " where \"schema\" = 'features' and \"table\" = 'granted'",
    )
    assert found == [["KEY(user_name)", "user_name", 2]]


def test_grants_let_in_who_is_named_and_nobody_else(changed: Engine) -> None:
    tell(
        changed.environment,
        "grant usage on schema features to features_reader",
        "grant usage on schema features to features_stranger",
    )
    reader = {
        **changed.environment,
        "REDSHIFT_USER": "features_reader",
        "REDSHIFT_PASSWORD": "Features-1",
    }
    stranger = {**reader, "REDSHIFT_USER": "features_stranger"}
    question = "select count(*) from features.granted"
    assert ask(reader, question) == [[4]]
    with pytest.raises(redshift_connector.ProgrammingError, match="permission denied"):
        ask(stranger, question)


def test_mistakes_fail_by_name_and_leave_nothing(changed: Engine) -> None:
    told = changed.dbt(
        *("run", "--vars", "{mistakes: true}", "--select", "mistakes"), status=1
    )
    for model, why in {
        "long_text": "value too long for user_name varchar(8) in bytes",
        "wrong_type": "This model has an enforced contract that failed",
        "missing_key": 'column "nobody" named in a distkey or sortkey',
        "missing_frame": "[Redshift would refuse] window-frame",
    }.items():
        failure = told.split(f"Failure in model {model} ")[1].split("Failure in")[0]
        assert why in failure
    left = ask(
        changed.environment,
        "select table_name from information_schema.tables"
        " where table_name like '%mistake%' or table_name like 'missing%'"
        " or table_name like '%long_text%' or table_name like '%wrong_type%'",
    )
    assert left == []
