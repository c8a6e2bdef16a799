"""What a Python model may say: a dozen lines over functions tested elsewhere."""

import ast
import re
from typing import Any

import pytest

LONGEST = 25
SQL = re.compile(r"\b(select|from|where|join|create|insert)\b\s+\S", re.IGNORECASE)
ENGINE = re.compile(r"\b(duckdb|redshift|postgres|target)\b", re.IGNORECASE)


def offences(code: str) -> list[str]:
    """What is wrong with a Python model, as written."""
    tree = ast.parse(code)
    found = []
    statements = tree.body[1:] if ast.get_docstring(tree) else tree.body
    functions = [each for each in statements if isinstance(each, ast.FunctionDef)]
    if [each.name for each in functions] != ["model"]:
        found.append("has other functions than one model()")
    imports = [each for each in statements if isinstance(each, ast.ImportFrom)]
    if len(imports) + len(functions) != len(statements):
        found.append("does more than import and define model()")
    if any(not (each.module or "").startswith("music_warehouse.") for each in imports):
        found.append("imports from elsewhere than music_warehouse")
    if len(code.splitlines()) > LONGEST:
        found.append(f"has more than {LONGEST} lines")
    for function in functions:
        texts = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        if any(SQL.search(text) for text in texts):
            found.append("has SQL in it")
    if ENGINE.search(code):
        found.append("names an engine or asks for the target")
    return found


def test_every_python_model_is_a_dozen_lines(manifest: dict[str, Any]) -> None:
    code = {
        node["name"]: node["raw_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["language"] == "python"
    }

    assert code
    assert {name: offences(text) for name, text in code.items() if offences(text)} == {}


GOOD = """from music_warehouse.learning.interactions import read_interactions


def model(dbt, session):
    return read_interactions(dbt.ref("plays"))
"""


def test_a_model_over_a_function_is_no_offence() -> None:
    assert offences(GOOD) == []


@pytest.mark.parametrize(
    ("offender", "offence"),
    [
        (GOOD + "\n\ndef helper():\n    return 1\n", "other functions"),
        (GOOD + "\nSEED = 1\n", "does more than import"),
        (GOOD.replace("music_warehouse.learning.interactions", "os"), "elsewhere"),
        (GOOD + "\n" * 25, "more than 25 lines"),
        (GOOD.replace('dbt.ref("plays")', 'session.sql("select 1")'), "SQL"),
        (GOOD.replace('dbt.ref("plays")', "dbt.target"), "target"),
    ],
)
def test_an_offence_of_a_python_model_is_found(offender: str, offence: str) -> None:
    assert any(offence in wrong for wrong in offences(offender))
