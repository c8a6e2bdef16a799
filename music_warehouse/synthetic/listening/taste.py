"""What is listened to where: artists to draw from, per genre and per country."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music_warehouse.synthetic.listening.artists import (
    Artists,
    country_genre_preferences,
)
from music_warehouse.synthetic.listening.reference import countries, genres
from music_warehouse.synthetic.random_streams import Purpose, random_stream

# Zipf–Mandelbrot: the weight of rank r is (r + shift) ** -exponent.
_WORLD_SHIFT, _WORLD_EXPONENT = 3.0, 0.95
_HOME_SHIFT, _HOME_EXPONENT = 1.5, 0.95
_OTHER_GENRE_FACTOR = 0.4
# A scene of n artists gets n / (n + this) of the country's home share.
_HALF_SCENE = 10.0
_PLANTED_PER_COUNTRY = 12
_PLANTED_LIFTS = (4.0, 6.0, 9.0, 13.0, 20.0)
_PLANTED_CANDIDATES = slice(420, 6_000)
_PLANTED_SHARE_OF_ONE, _PLANTED_SHARE_OF_ALL = 0.04, 0.3
_LEAST_PLANTED_LIFT = 3.0
_PLANTED_HOME_FACTOR = 1e-6


@dataclass(frozen=True)
class LocalPool:
    """Artists that a country hears beyond their share in the world: its own, and
    foreign ones planted there. One entry per artist and country; `share` is the
    artist's share within the pool of its country and genre."""

    artist: NDArray[np.int64]
    country: NDArray[np.int64]
    share: NDArray[np.float64]
    is_planted: NDArray[np.bool_]


@dataclass(frozen=True)
class Taste:
    """All that draws of artists depend on.

    A draw picks a genre by the user's mix, then with the chance
    `local_chance[country, genre]` an artist of the local pool, else one of the
    world's. Pools lie one after the other in `cumulative`: the values of pool p
    run from p to p + 1, so `searchsorted(cumulative, p + uniform)` is a draw.
    """

    preferences: NDArray[np.float64]
    local_chance: NDArray[np.float64]
    world_share: NDArray[np.float64]
    other_world_share: NDArray[np.float64]
    local: LocalPool
    cumulative: NDArray[np.float64]
    pool_artist: NDArray[np.int64]

    def draw(
        self,
        country: NDArray[np.int64],
        genre: NDArray[np.int64],
        is_local: NDArray[np.float64],
        uniform: NDArray[np.float64],
    ) -> NDArray[np.int64]:
        """Artists for draws in (country, genre), told by two uniform numbers."""
        kinds = len(genres())
        local = is_local < self.local_chance[country, genre]
        pool = np.where(local, kinds + country * kinds + genre, genre)
        place = np.searchsorted(self.cumulative, pool + uniform, side="right")
        return self.pool_artist[np.minimum(place, len(self.pool_artist) - 1)]


def _rank_within(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each element among the equal ones before it, from 0."""
    order = np.argsort(group, kind="stable")
    grouped = group[order]
    starts = np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]])
    lengths = np.diff(np.r_[starts, len(group)])
    rank = np.empty_like(group)
    rank[order] = np.arange(len(group)) - np.repeat(starts, lengths)
    return rank


def _world_weights(
    artists: Artists,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of each artist in the world pools of its two genres."""
    rank = _rank_within(artists.genre)
    weight = (rank + _WORLD_SHIFT) ** -_WORLD_EXPONENT * artists.reach
    other = np.where(
        artists.genre == artists.other_genre, 0.0, weight * _OTHER_GENRE_FACTOR
    )
    total = np.bincount(artists.genre, weight, len(genres()))
    total += np.bincount(artists.other_genre, other, len(genres()))
    return weight / total[artists.genre], other / total[artists.other_genre]


def _planted(
    seed: int,
    artists: Artists,
    world_share: NDArray[np.float64],
    local_chance: NDArray[np.float64],
    preferences: NDArray[np.float64],
) -> list[tuple[int, int, float]]:
    """Foreign artists to plant: (artist, country, share of the local pool).

    With the local chance h, the world share w and the local share l an artist is
    heard (1 - h) w + h l there: the lift L asks for l = (L - 1 + h) w / h. Only
    genres as popular there as in the world are planted in, so that the country's
    taste in genres does not undo the lift.
    """
    listeners = np.array([country.listeners for country in countries()])
    in_world = listeners @ preferences / listeners.sum()
    is_fit = (local_chance > 0.0) & (preferences >= in_world)
    random = random_stream(seed, Purpose.LISTENING_PLANTED)
    candidates = np.arange(len(artists))[_PLANTED_CANDIDATES]
    candidates = candidates[[c not in artists.joint_credits for c in candidates]]
    candidates = random.permutation(candidates)
    planted = []
    filled = np.zeros_like(local_chance)
    places = {number: _PLANTED_PER_COUNTRY for number in range(len(countries()))}
    for artist, lift in zip(
        candidates, random.choice(_PLANTED_LIFTS, len(candidates)), strict=True
    ):
        genre, weight = artists.genre[artist], world_share[artist]
        for country in list(places):
            chance = local_chance[country, genre]
            if country == artists.home[artist] or not is_fit[country, genre]:
                continue
            share = min((lift - 1 + chance) * weight / chance, _PLANTED_SHARE_OF_ONE)
            reached = 1 - chance + chance * share / weight
            room = filled[country, genre] + share <= _PLANTED_SHARE_OF_ALL
            if not room or reached < _LEAST_PLANTED_LIFT:
                continue
            planted.append((int(artist), country, float(share)))
            filled[country, genre] += share
            places[country] -= 1
            # The country goes to the back of the queue, so each gets its turn.
            left = places.pop(country)
            if left:
                places[country] = left
            break
    return planted


def _local_pool(artists: Artists, planted: list[tuple[int, int, float]]) -> LocalPool:
    kinds = len(genres())
    cell = artists.home * kinds + artists.genre
    weight = (_rank_within(cell) + _HOME_SHIFT) ** -_HOME_EXPONENT
    cells = len(countries()) * kinds
    who = np.array([artist for artist, _, _ in planted], np.int64)
    where = np.array([country for _, country, _ in planted], np.int64)
    share = np.array([share for _, _, share in planted])
    taken = np.bincount(where * kinds + artists.genre[who], share, cells)
    # A planted artist is big abroad, not at home: nothing dilutes the planted lift.
    weight[who] *= _PLANTED_HOME_FACTOR
    home_share = weight / np.bincount(cell, weight, cells)[cell] * (1 - taken[cell])
    return LocalPool(
        np.r_[np.arange(len(artists)), who],
        np.r_[artists.home, where],
        np.r_[home_share, share],
        np.r_[np.zeros(len(artists), np.bool_), np.ones(len(who), np.bool_)],
    )


def build_taste(seed: int, artists: Artists) -> Taste:
    """The pools of all genres and countries for a catalogue."""
    kinds = len(genres())
    world_share, other_share = _world_weights(artists)
    home_share = np.array([country.home_share for country in countries()])
    scene = np.zeros((len(countries()), kinds))
    np.add.at(scene, (artists.home, artists.genre), 1.0)
    local_chance = home_share[:, None] * scene / (scene + _HALF_SCENE)
    preferences = country_genre_preferences()
    planted = _planted(seed, artists, world_share, local_chance, preferences)
    local = _local_pool(artists, planted)

    number = np.arange(len(artists))
    pool = np.r_[
        artists.genre,
        artists.other_genre,
        kinds + local.country * kinds + artists.genre[local.artist],
    ]
    artist = np.r_[number, number, local.artist]
    share = np.r_[world_share, other_share, local.share]
    order = np.argsort(pool, kind="stable")
    pool, artist, share = pool[order], artist[order], share[order]
    running = np.cumsum(share)
    starts = np.flatnonzero(np.r_[True, pool[1:] != pool[:-1]])
    lengths = np.diff(np.r_[starts, len(pool)])
    before = np.repeat(np.r_[0.0, running][starts], lengths)
    cumulative = pool + np.minimum(running - before, 1.0)
    cumulative[starts + lengths - 1] = pool[starts] + 1.0
    return Taste(
        preferences,
        local_chance,
        world_share,
        other_share,
        local,
        cumulative,
        artist,
    )
