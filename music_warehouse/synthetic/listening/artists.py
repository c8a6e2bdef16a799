"""The artists: who they are, where they are at home, how they are spelt."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.synthetic.listening.names import (
    NameMaker,
    name_draws,
    other_case,
    respelt,
)
from music_warehouse.synthetic.listening.reference import (
    countries,
    famous_artists,
    genres,
    languages,
)
from music_warehouse.synthetic.mbids import mbid_texts
from music_warehouse.synthetic.random_streams import Purpose, random_stream

_BLOCK = 8_192
_MBID_SALT = 10

_NATIVE_NAME_SHARE = 0.45
_LOVED_GENRE_FACTOR = 2.5
_BLANK_MBID_SHARE = 0.12
_OTHER_CASE_SHARE = 0.01
_RESPELT_SHARE = 0.006
_JOINT_CREDIT_SHARE = 0.004
_JOINT_CREDIT_REACH = 0.3
_JOINT_CREDITS = ("{} feat. {}", "{} & {}", "{} vs. {}", "{} ft. {}")


@dataclass(frozen=True)
class Spelling:
    """A second way in which an artist's name is delivered, under the same mbid."""

    artist: int
    name: str
    kind: str


@dataclass(frozen=True)
class Artists:
    """All artists of a catalogue, the array index being the artist's number.

    A larger catalogue of the same seed begins with the smaller one. Genres,
    countries and languages are positions in the lists of `reference`.
    """

    names: list[str]
    genre: NDArray[np.int64]
    other_genre: NDArray[np.int64]
    home: NDArray[np.int64]
    language: NDArray[np.int64]
    reach: NDArray[np.float64]
    has_mbid: NDArray[np.bool_]
    spellings: list[Spelling] = field(default_factory=list)
    joint_credits: dict[int, tuple[int, int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names)

    def mbids(self) -> pa.Array:
        """The artists' identifiers, null for those that have none."""
        keys = np.arange(len(self), dtype=np.uint64)
        return mbid_texts(keys, _MBID_SALT, ~self.has_mbid)

    def spelling_codes(self) -> NDArray[np.int64]:
        """For each artist the code of the second spelling, -1 where there is none:
        codes go on where the artists' numbers end."""
        codes = np.full(len(self), -1)
        for place, spelling in enumerate(self.spellings):
            codes[spelling.artist] = len(self) + place
        return codes


def country_genre_preferences() -> NDArray[np.float64]:
    """For each country the shares of the genres, rows summing to 1."""
    base = np.array([genre.listeners for genre in genres()])
    place = {genre.name: number for number, genre in enumerate(genres())}
    preferences = np.tile(base, (len(countries()), 1))
    for number, country in enumerate(countries()):
        loved = [place[genre] for genre in country.loved_genres]
        preferences[number, loved] *= _LOVED_GENRE_FACTOR
        if country.language not in {"japanese", "korean", "chinese"}:
            preferences[number, [place["j-pop"], place["k-pop"]]] *= 0.4
    shares: NDArray[np.float64] = preferences / preferences.sum(1, keepdims=True)
    return shares


def _weighted(
    uniform: NDArray[np.float64], cumulative: NDArray[np.float64]
) -> NDArray[np.int64]:
    return np.searchsorted(cumulative, uniform * cumulative[..., -1], side="right")


class _Builder:
    """Collects artists in the order of their numbers."""

    def __init__(self) -> None:
        self._maker = NameMaker()
        self.names: list[str] = []
        self.spellings: list[Spelling] = []
        self.joint_credits: dict[int, tuple[int, int]] = {}

    def add_famous(self) -> None:
        for artist in famous_artists():
            self._maker.claim(artist.name)
            self.names.append(artist.name)

    def add_invented(self, language: str, draws: list[int]) -> None:
        self.names.append(self._maker.invent("artist", language, draws))

    def add_joint_credit(self, draws: list[int]) -> bool:
        """Credit two artists that exist already, the well-known ones more often."""
        known = len(self.names)
        first, second = (int(known * (draw / 2**62) ** 3) for draw in draws[:2])
        template = _JOINT_CREDITS[draws[2] % len(_JOINT_CREDITS)]
        name = template.format(self.names[first], self.names[second])
        if first == second or not self._maker.claim(name):
            return False
        self.joint_credits[known] = (first, second)
        self.names.append(name)
        return True

    def spell_again(self, artist: int, chance: float) -> None:
        """Give an artist a second spelling with the odds of the catalogue."""
        name = self.names[artist]
        if chance < _OTHER_CASE_SHARE:
            other, kind = other_case(name), "other case"
        elif chance < _OTHER_CASE_SHARE + _RESPELT_SHARE:
            other, kind = respelt(name), "other spelling"
            other = other if other and self._maker.claim(other) else None
        else:
            return
        if other:
            self.spellings.append(Spelling(artist, other, kind))


def build_artists(seed: int, count: int) -> Artists:
    """The first `count` artists of a seed: the famous ones, then invented ones."""
    famous = famous_artists()
    place_of_country = {c.name: number for number, c in enumerate(countries())}
    place_of_genre = {g.name: number for number, g in enumerate(genres())}
    language_of_country = np.array(
        [languages().index(country.language) for country in countries()]
    )
    reach_of = {"world": 1.0, "wide": 0.3, "home": 0.04}
    home = np.zeros(count, np.int64)
    genre, other_genre = np.zeros_like(home), np.zeros_like(home)
    language, reach = np.zeros_like(home), np.zeros(count)
    has_mbid = np.ones(count, np.bool_)
    first = len(famous)
    home[:first] = [place_of_country[artist.country] for artist in famous]
    genre[:first] = [place_of_genre[artist.genre] for artist in famous]
    other_genre[:first] = [place_of_genre[artist.other_genre] for artist in famous]
    reach[:first] = [reach_of[artist.reach] for artist in famous]
    language[:first] = np.where(
        reach[:first] < 0.1, language_of_country[home[:first]], 0
    )

    builder = _Builder()
    builder.add_famous()
    for number, artist in enumerate(famous):
        if artist.reach == "world" and number % 8 == 0:
            builder.spell_again(number, 0.0)
    home_odds = np.cumsum([country.artists for country in countries()])
    genre_odds = np.cumsum(country_genre_preferences(), axis=1)
    export = np.array([country.export_share for country in countries()])
    for block, start in enumerate(range(first, count, _BLOCK)):
        random = random_stream(seed, Purpose.LISTENING_ARTISTS, block)
        chances = random.random((_BLOCK, 6))
        draws = name_draws(random, _BLOCK)
        here = slice(start, min(start + _BLOCK, count))
        chances, draws = chances[: count - start], draws[: count - start]
        home[here] = _weighted(chances[:, 0], home_odds)
        odds = genre_odds[home[here]]
        genre[here] = (chances[:, 1, None] > odds).sum(1).clip(max=len(genres()) - 1)
        other_genre[here] = (chances[:, 2] * len(genres())).astype(np.int64)
        native = chances[:, 3] < _NATIVE_NAME_SHARE
        language[here] = np.where(native, language_of_country[home[here]], 0)
        reach[here] = export[home[here]]
        has_mbid[here] = chances[:, 4] >= _BLANK_MBID_SHARE
        spoken = [languages()[number] for number in language[here]]
        for number, chance, name_draw, tongue in zip(
            range(start, count),
            chances[:, 5].tolist(),
            draws.tolist(),
            spoken,
            strict=False,
        ):
            joint = chance > 1 - _JOINT_CREDIT_SHARE
            if joint and builder.add_joint_credit(name_draw):
                leader, _ = builder.joint_credits[number]
                for trait in (home, genre, other_genre, language, reach):
                    trait[number] = trait[leader]
                reach[number] *= _JOINT_CREDIT_REACH
                has_mbid[number] = False
                continue
            builder.add_invented(tongue, name_draw)
            if has_mbid[number]:
                builder.spell_again(number, chance)
    return Artists(
        builder.names,
        genre,
        other_genre,
        home,
        language,
        reach,
        has_mbid,
        builder.spellings,
        builder.joint_credits,
    )
