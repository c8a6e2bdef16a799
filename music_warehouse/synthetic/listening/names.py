"""Invented names: artists in their own script, titles of tracks and albums."""

import unicodedata
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from music_warehouse.names import normalise_name
from music_warehouse.synthetic.listening.reference import (
    languages,
    name_patterns,
    words,
)

DRAWS_PER_NAME = 8
_SURNAME_FIRST = {"hungarian"}
_JOINED = {"japanese", "chinese", "korean"}


@cache
def _templates(use: str, language: str) -> tuple[str, ...]:
    """The templates, each repeated as often as its weight says."""
    script = "native"
    if language == "english":
        script = "english"
    elif language in _SURNAME_FIRST:
        script = "surname_first"
    elif language in _JOINED:
        script = "joined"
    return tuple(
        pattern.template
        for pattern in name_patterns(use, script)
        for _ in range(pattern.weight)
    )


def _plural(noun: str) -> str:
    """The plural of an English noun, good enough for a band's name."""
    if noun == "Wolf":
        return "Wolves"
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def _pick(options: tuple[str, ...], draw: int) -> str:
    return options[draw % len(options)]


class NameMaker:
    """Makes names no two of which are equal, even after normalisation.

    Equal names are told apart by another word, and then another, so a name depends
    only on its draws and on the names made before it.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def claim(self, name: str) -> bool:
        """Take a name if nobody has it."""
        key = normalise_name(name)
        if key in self._taken:
            return False
        self._taken.add(key)
        return True

    def invent(self, use: str, language: str, draws: list[int]) -> str:
        """An unused name for an "artist" or a "title" in a language, told by
        DRAWS_PER_NAME random integers."""
        vocabulary = words(language)
        syllables = words("syllable")
        nouns = vocabulary["noun"]
        name = _pick(_templates(use, language), draws[0]).format(
            adjective=_pick(vocabulary["adjective"], draws[1]),
            noun=_pick(nouns, draws[2]),
            nouns=_plural(_pick(nouns, draws[2])),
            other_noun=_pick(nouns, draws[3]),
            first=_pick(vocabulary["first"], draws[4]),
            last=_pick(vocabulary["last"], draws[5]),
            start=_pick(syllables["start"], draws[1]),
            middle=_pick(syllables["middle"], draws[2]),
            end=_pick(syllables["end"], draws[3]),
        )
        joiner = "" if language in _JOINED else " "
        rest = draws[6]
        while not self.claim(name):
            rest, word = divmod(rest, len(nouns))
            name = f"{name}{joiner}{nouns[word]}"
        return name


def name_draws(random: np.random.Generator, count: int) -> NDArray[np.int64]:
    """The random integers of `count` names, one row each."""
    return random.integers(0, 2**62, (count, DRAWS_PER_NAME))


def title_pools(
    random: np.random.Generator,
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Titles of all languages one after the other, with the first place and the
    number of titles of each language.

    The numbers are prime, so that stepping through a pool visits every title.
    """
    titles: list[str] = []
    starts, sizes = [], []
    for language in languages():
        size = 20_011 if language == "english" else 1_009
        maker = NameMaker()
        starts.append(len(titles))
        sizes.append(size)
        titles.extend(
            maker.invent("title", language, draws)
            for draws in name_draws(random, size).tolist()
        )
    return titles, np.array(starts), np.array(sizes)


def other_case(name: str) -> str | None:
    """The name as a careless tagger types it, in another case."""
    return next(
        (other for other in (name.lower(), name.upper()) if other != name), None
    )


def _without_article(name: str) -> str:
    return name.removeprefix("The ")


def _without_accents(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name)
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return plain if plain.isascii() else name


def _ampersand_spelt(name: str) -> str:
    return name.replace(" & ", " and ")


def _hyphenated(name: str) -> str:
    return name.replace(" ", "-", 1)


_RESPELLINGS: tuple[Callable[[str], str], ...] = (
    _without_article,
    _ampersand_spelt,
    _without_accents,
    _hyphenated,
)


def respelt(name: str) -> str | None:
    """Another spelling in use for the same artist: without the article, with "and"
    for "&", without accents, or hyphenated."""
    for respell in _RESPELLINGS:
        if respell(name) != name:
            return respell(name)
    return None
