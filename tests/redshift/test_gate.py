"""The static gate catches what is planted, lets pass what is right, and the project."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.redshift.gate import check_project, check_sql
from tests.redshift.gate.__main__ import main
from tests.redshift.gate.inference import Tables
from tests.redshift.gate.reference import FUNCTIONS
from tests.redshift.planted import OFFENCES, VALID

PROJECT = Path(__file__).parents[2]
GATE = Path(__file__).parent / "gate"


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Two tables with a column of every kind."""
    known = Tables()
    known.add(
        "t",
        {
            "a": "bigint",
            "b": "integer",
            "n": "decimal(18, 4)",
            "x": "double precision",
            "s": "varchar(20)",
            "f": "boolean",
            "d": "date",
            "ts": "timestamp",
        },
    )
    known.add("u", {"a": "bigint", "b": "integer"})
    return known


@pytest.mark.parametrize(("code", "sql"), OFFENCES)
def test_a_planted_offence_is_caught(code: str, sql: str, tables: Tables) -> None:
    assert code in {finding.code for finding in check_sql(sql, tables)}


@pytest.mark.parametrize("sql", VALID)
def test_valid_sql_raises_no_alarm(sql: str, tables: Tables) -> None:
    assert check_sql(sql, tables) == []


def test_every_rule_has_a_planted_offence() -> None:
    source = "".join(
        (GATE / f"{module}.py").read_text(encoding="utf-8")
        for module in (
            *("arithmetic", "data_types", "grammar", "lexical"),
            *("sqlfluff_dialect", "statement", "windows"),
        )
    )
    # A code is what follows the place of an offence, or begins a rule of its own.
    place = r"(?:node|each|line|window|violation\.line_no|token\.line|1|_never\()"
    codes = set(re.findall(rf'\b{place},?\s*"([a-z-]+)"', source))
    assert len(codes) > 40
    assert codes <= {code for code, _ in OFFENCES}


def test_a_finding_names_file_line_rule_and_what_to_write(tables: Tables) -> None:
    sql = "select\n    a,\n    avg(b) as mean\nfrom t\ngroup by a"
    (finding,) = check_sql(sql, tables, "models/mean.sql")
    assert str(finding) == (
        "models/mean.sql:3: average: Write avg(cast(x as double precision)): Redshift"
        " averages integers into integers and decimals into decimals."
    )


def test_types_follow_through_ctes_and_stars(tables: Tables) -> None:
    sql = (
        "with sums as (select a, sum(b) as total, count(*) as n from t group by a),\n"
        "wide as (select *, cast(total as double precision) as exact from sums)\n"
        "select exact / n as right_one,\n"
        "    total / n as wrong_one\n"
        "from wide"
    )
    assert [(f.line, f.code) for f in check_sql(sql, tables)] == [
        (4, "integer-division")
    ]


def test_every_documented_function_cites_its_page() -> None:
    assert len(FUNCTIONS) > 150
    for page in FUNCTIONS.values():
        assert re.fullmatch(
            r"https://docs\.aws\.amazon\.com/redshift/latest/dg/[\w-]+\.html", page
        )


@pytest.fixture(scope="module")
def compiled(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, compiled for `prod` without a connection."""
    target = tmp_path_factory.mktemp("gate")
    ended = subprocess.run(
        [
            str(programs / "dbt"),
            *("--quiet", "compile", "--target", "prod", "--full-refresh"),
            *("--no-populate-cache", "--no-introspect"),
        ],
        cwd=PROJECT,
        env={
            **os.environ,
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(target / "logs"),
            "DBT_LOG_LEVEL_FILE": "none",
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return target


def test_the_whole_project_is_clean(compiled: Path) -> None:
    statements, found = check_project(compiled, PROJECT)
    manifest = json.loads((compiled / "manifest.json").read_text(encoding="utf-8"))
    sql = [n for n in manifest["nodes"].values() if n.get("compiled_code")]
    assert statements >= len([n for n in sql if n["language"] == "sql"]) > 100
    assert not found, "\n".join(map(str, found))


@pytest.fixture
def manifest(compiled: Path) -> dict[str, Any]:
    """The project's manifest, to plant an offence in."""
    text = (compiled / "manifest.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def codes_of(manifest: dict[str, Any], folder: Path) -> set[str]:
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return {finding.code for finding in check_project(folder, PROJECT)[1]}


def only(manifest: dict[str, Any], unique_id: str) -> dict[str, Any]:
    """The manifest with one node, so that the test is quick; gives the node."""
    manifest["nodes"] = {unique_id: manifest["nodes"][unique_id]}
    manifest["unit_tests"] = {}
    node: dict[str, Any] = manifest["nodes"][unique_id]
    return node


def test_an_unsized_string_in_a_contract_is_caught(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    mart = only(manifest, "model.music_warehouse.dim_artists")
    mart["columns"]["artist_name"]["data_type"] = "varchar"
    assert codes_of(manifest, tmp_path) == {"unsized-string"}


def test_a_reserved_column_in_a_contract_is_caught(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    mart = only(manifest, "model.music_warehouse.dim_artists")
    mart["columns"]["tag"] = mart["columns"].pop("mbid")
    assert codes_of(manifest, tmp_path) == {"reserved-word"}


def test_a_foreign_type_of_a_seed_is_caught(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    seed = only(manifest, "seed.music_warehouse.countries")
    seed["config"]["column_types"]["alpha3"] = "hugeint"
    assert codes_of(manifest, tmp_path) == {"type"}


def test_a_table_whose_first_build_would_set_a_width_is_caught(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    table = only(manifest, "model.music_warehouse.int_artist_names")
    table["compiled_code"] = "select 'a' || 'b' as artist_name"
    assert codes_of(manifest, tmp_path) == {"inferred-width"}


def test_a_unit_test_whose_first_row_has_a_null_is_caught(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    only(manifest, "seed.music_warehouse.countries")
    text = (PROJECT / "models/marts/core/_core__unit_tests.yml").read_text("utf-8")
    name = re.findall(r"- name: (\w+)", text)[0]
    manifest["unit_tests"] = {
        "unit_test": {
            "name": name,
            "original_file_path": "models/marts/core/_core__unit_tests.yml",
            "given": [{"input": "ref('dim_dates')", "rows": [{"date_day": None}]}],
            "expect": {"rows": []},
        }
    }
    assert codes_of(manifest, tmp_path) == {"fixture"}


def test_the_command_exits_1_with_findings_and_0_without(
    manifest: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mart = only(manifest, "model.music_warehouse.dim_dates")
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    command = [str(tmp_path), "--project", str(PROJECT)]
    assert main(command) == 0
    mart["compiled_code"] += "\norder by all"
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert main(command) == 1
    assert ": order-by-all: Name the columns" in capsys.readouterr().out


def test_a_folder_without_a_compiled_project_is_a_users_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    assert "run `make compile-redshift`" in capsys.readouterr().err
