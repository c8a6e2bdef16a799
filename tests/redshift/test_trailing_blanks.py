"""No model tells rows apart by names that may differ in trailing blanks alone.

Redshift holds such texts to be equal, DuckDB and the stand-in do not
(https://docs.aws.amazon.com/redshift/latest/dg/r_Examples_with_character_types.html):
a key, which is a hash of the name, has to stand beside a name, or in its place.
"""

import re
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[2] / "models"
LISTS = re.compile(r"\b(?:group by|partition by|order by)\s+((?:[\w.]+[\s,]*)+)")
JOINED = re.compile(r"(?:\w+\.)?(\w+)\s*=\s*(?:\w+\.)?(\w+)")
# Ingestion trims what it normalises (`normalise_name`).
NORMALISED = "match_name"


def is_name(column: str) -> bool:
    return column.endswith("_name") and not column.endswith(NORMALISED)


def compared_names(sql: str) -> list[str]:
    """The names by which a statement joins, groups or orders, without a key."""
    found = []
    for columns in LISTS.findall(sql):
        words = re.findall(r"\w+", columns)
        if not any(word.endswith("_key") for word in words):
            found += [word for word in words if is_name(word)]
    for one, other in JOINED.findall(sql):
        if is_name(one) and is_name(other):
            found.append(one)
    return found


@pytest.mark.parametrize("path", sorted(MODELS.rglob("*.sql")), ids=lambda p: p.stem)
def test_a_model_tells_rows_apart_by_keys_of_names(path: Path) -> None:
    found = compared_names(path.read_text(encoding="utf-8"))
    # The catalogue's own words, which dbt names tables and files with.
    allowed = {"table_name", "file_name", "column_name", "model_name"}
    assert [name for name in found if name not in allowed] == []


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from a group by country, a.artist_name",
        "row_number() over (partition by plays order by plays desc, artist_name)",
        "a inner join b on a.track_name = b.track_name",
    ],
)
def test_a_name_without_its_key_is_found(sql: str) -> None:
    assert compared_names(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from a group by artist_name_key, artist_name",
        "a inner join b on a.match_name = b.match_name",
        "order by plays desc, artist_key",
    ],
)
def test_a_key_or_a_normalised_name_is_not(sql: str) -> None:
    assert not compared_names(sql)
