"""The country seeds: derived, wide enough, and enough for real deliveries."""

import csv
import runpy
from pathlib import Path

import pytest

from music_warehouse.names import normalise_name

PROJECT = Path(__file__).parents[3]
SEEDS = PROJECT / "seeds"
REAL = PROJECT.parent / "shared" / "data" / "real"


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def code_of() -> dict[str, str]:
    return {
        row["match_name"]: row["country_code"]
        for row in rows(SEEDS / "country_aliases.csv")
    }


def test_deriving_again_gives_the_committed_files(tmp_path: Path) -> None:
    runpy.run_path(str(SEEDS / "derive_countries.py"))["main"](tmp_path)

    for name in ("countries.csv", "country_aliases.csv"):
        assert (tmp_path / name).read_bytes() == (SEEDS / name).read_bytes()


def test_every_country_is_found_by_its_codes_and_its_name() -> None:
    code = code_of()

    for row in rows(SEEDS / "countries.csv"):
        for column in ("country_code", "alpha3", "country_name"):
            assert code[normalise_name(row[column])] == row["country_code"]


@pytest.mark.parametrize(
    ("delivered", "country_code"),
    [
        ("NA", "NA"),
        ("UK", "GB"),
        ("Virgin Islands, U.s.", "VI"),
        ("Korea, Republic of", "KR"),
        ("Korea, Democratic People's Republic of", "KP"),
        ("Lao People’s Democratic Republic", "LA"),
        ("  cote  d'ivoire ", "CI"),
        ("Netherlands Antilles", "CW"),
        ("St Kitts & Nevis", "KN"),
        ("Serbia and Montenegro", "RS"),
        ("Kosovo", "XK"),
        ("ＤＥ", "DE"),
    ],
)
def test_a_delivered_spelling_is_resolved(delivered: str, country_code: str) -> None:
    assert code_of()[normalise_name(delivered)] == country_code


def test_aliases_are_stored_as_ingestion_normalises_them() -> None:
    assert [name for name in code_of() if normalise_name(name) != name] == []


def test_no_value_is_wider_than_its_column_in_bytes() -> None:
    widths = {
        "countries.csv": (2, 3, 80, 20, 40),
        "country_aliases.csv": (120, 2),
    }
    for name, width in widths.items():
        for row in rows(SEEDS / name):
            sizes = [len(value.encode()) for value in row.values()]
            assert all(
                size <= limit for size, limit in zip(sizes, width, strict=True)
            ), row


@pytest.mark.skipif(
    not REAL.is_dir(), reason="the real data (../shared/data/real) is not here"
)
@pytest.mark.parametrize(
    ("file", "delimiter"),
    [
        ("listening_lastfm_1000/users.csv", ","),
        ("users_messy_120k/users.tsv", "\t"),
    ],
)
def test_every_country_of_the_real_deliveries_is_known(
    file: str, delimiter: str
) -> None:
    delivered = {row["country"] for row in rows(REAL / file, delimiter)} - {""}

    assert len(delivered) > 50
    assert {
        name for name in delivered if normalise_name(name) not in code_of()
    } == set()
