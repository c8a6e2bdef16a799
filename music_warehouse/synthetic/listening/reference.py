"""The word lists and tables that invented listening is made from."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

Reach = Literal["world", "wide", "home"]


@dataclass(frozen=True)
class Country:
    """A country: `listeners` and `artists` are relative sizes; `home_share` is the
    share of listening that goes to artists of the country beyond their share in
    the world; `export_share` how well its artists travel (1: as far as any)."""

    name: str
    listeners: float
    artists: float
    home_share: float
    export_share: float
    language: str
    loved_genres: tuple[str, ...]


@dataclass(frozen=True)
class Genre:
    """A genre and the relative number of its listeners."""

    name: str
    listeners: float


@dataclass(frozen=True)
class FamousArtist:
    """A real artist's name with genres, home country and how far it is known."""

    name: str
    country: str
    genre: str
    other_genre: str
    reach: Reach


@dataclass(frozen=True)
class NamePattern:
    """A template of a name, with its relative frequency."""

    weight: int
    template: str


def _rows(file_name: str) -> list[dict[str, str]]:
    path = files("music_warehouse.synthetic") / "data" / file_name
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@cache
def countries() -> tuple[Country, ...]:
    """Every country, the largest group of listeners first or nearly so; names as
    Last.fm writes them."""
    return tuple(
        Country(
            row["country"],
            float(row["listeners"]),
            float(row["artists"]),
            float(row["home_share"]),
            float(row["export_share"]),
            row["language"],
            tuple(row["loved_genres"].split("|")),
        )
        for row in _rows("countries.csv")
    )


@cache
def genres() -> tuple[Genre, ...]:
    """Every genre."""
    return tuple(
        Genre(row["genre"], float(row["listeners"])) for row in _rows("genres.csv")
    )


@cache
def famous_artists() -> tuple[FamousArtist, ...]:
    """Real artists, within a genre the most widely heard first."""
    return tuple(
        FamousArtist(
            row["artist_name"],
            row["country"],
            row["genre"],
            row["other_genre"],
            cast(Reach, row["reach"]),
        )
        for row in _rows("famous_artists.csv")
    )


@cache
def languages() -> tuple[str, ...]:
    """Languages that names are written in, English first."""
    spoken = dict.fromkeys(row["language"] for row in _rows("words.csv"))
    return tuple(language for language in spoken if language != "syllable")


@cache
def words(language: str) -> dict[str, tuple[str, ...]]:
    """The words of a language by kind (adjective, noun, first, last)."""
    return {
        row["kind"]: tuple(row["words"].split("|"))
        for row in _rows("words.csv")
        if row["language"] == language
    }


@cache
def name_patterns(use: str, script: str) -> tuple[NamePattern, ...]:
    """The templates for names of artists or titles in one kind of script."""
    return tuple(
        NamePattern(int(row["weight"]), row["pattern"])
        for row in _rows("name_patterns.csv")
        if (row["use"], row["script"]) == (use, script)
    )
