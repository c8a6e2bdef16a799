"""How a model looks on the page, and that it asks no engine its name."""

import re
from typing import Any

import pytest

LONGEST = 100
CONFIG = re.compile(r"\A\{\{\s*config\(.*?\)\s*\}\}\s*", re.DOTALL)
BLOCK = re.compile(r"\{%-?\s*(.*?)\s*-?%\}", re.DOTALL)
ENGINE = re.compile(r"\b(duckdb|redshift|postgres|target\s*\.\s*\w+)\b", re.IGNORECASE)
INCREMENTAL_FILTER = ("if is_incremental()", "else", "endif")


def lines_of_sql(body: str) -> int:
    """Lines that are neither blank nor a comment."""
    return sum(
        1
        for line in body.splitlines()
        if line.strip() and not line.lstrip().startswith("--")
    )


def offences(name: str, sql: str, is_incremental: bool) -> list[str]:
    """What is wrong with a model's page; `sql` as written, before Jinja."""
    body = CONFIG.sub("", sql)
    found = []
    if not body.startswith("with\n\n"):
        found.append("does not start with `with` on a line of its own")
    if f"\n{name} as (\n" not in body:
        found.append("has no CTE named after itself")
    elif body.index(f"\n{name} as (\n") < body.rindex(" as (\n\n") - len(name) - 1:
        found.append("has another CTE after the one named after itself")
    if not body.rstrip("\n").endswith(f"\n)\n\nselect * from {name}"):
        found.append(f"does not end with `select * from {name}`")
    if lines_of_sql(body) > LONGEST:
        found.append(f"has more than {LONGEST} lines of SQL")
    if max(map(len, sql.splitlines())) > 88:
        found.append("has a line of more than 88 characters")
    blocks = BLOCK.findall(body)
    if any(block not in INCREMENTAL_FILTER for block in blocks):
        found.append("has a Jinja block that is no incremental filter")
    if blocks and not is_incremental:
        found.append("has an incremental filter and is not incremental")
    if ENGINE.search(sql):
        found.append("names an engine or asks for the target")
    return found


def test_every_model_has_the_silhouette(manifest: dict[str, Any]) -> None:
    found = {
        node["name"]: wrong
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["language"] == "sql"
        if (
            wrong := offences(
                node["name"],
                node["raw_code"],
                node["config"]["materialized"] == "incremental",
            )
        )
    }

    assert found == {}


GOOD = """with

a as (

    select 1 as b

),

m as (

    select * from a

)

select * from m
"""


def test_the_silhouette_itself_is_no_offence() -> None:
    assert offences("m", GOOD, False) == []


@pytest.mark.parametrize(
    ("offender", "offence"),
    [
        (GOOD.replace("with\n\n", "with "), "does not start"),
        (GOOD.replace("m as (", "n as ("), "no CTE named after itself"),
        (
            GOOD.replace("\n\n)\n\nselect", "\n\n),\n\nz as (\n\n)\n\nselect"),
            "another CTE after",
        ),
        (GOOD.replace("* from m\n", "b from m\n"), "does not end"),
        (GOOD.replace("1 as b", "1 as b\n" * 100), "more than 100 lines of SQL"),
        (GOOD.replace("1 as b", "1 as " + "b" * 88), "more than 88 characters"),
        (GOOD.replace("1 as b", "{% if x %}1{% endif %} as b"), "no incremental"),
        (GOOD.replace("1 as b", "'{{ target.type }}' as b"), "names an engine"),
        (GOOD.replace("1 as b", "1 as b -- Redshift"), "names an engine"),
    ],
)
def test_an_offence_against_the_silhouette_is_found(
    offender: str, offence: str
) -> None:
    assert any(offence in wrong for wrong in offences("m", offender, False))
