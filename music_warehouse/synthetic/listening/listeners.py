"""The listeners: where they live, what they like, their fifty most heard artists."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music_warehouse.synthetic.listening.reference import countries, genres
from music_warehouse.synthetic.listening.taste import Taste
from music_warehouse.synthetic.random_streams import Purpose, random_stream

LISTENERS_PER_BLOCK = 2_048
LIST_LENGTH = 50
# Listening outside the user's genres, spread as the country's is.
STRAY_SHARE = 0.08

_DRAWS = 112
_ODDS_OF_GENRE_COUNT = (0.2, 0.35, 0.3, 0.15)
_GENRE_FOCUS = 1.5
_BLANK_COUNTRY_SHARE = 0.012
_SHORT_LIST_SHARE = 0.08
_MEDIAN_PLAYS, _PLAYS_SIGMA = 16_000.0, 1.1
_STEEPNESS = (0.4, 1.0)


@dataclass(frozen=True)
class Listeners:
    """One block of users, a row each; lists are padded on the right.

    `country` is where the user lives, also where `says_country` is false.
    `artist` holds LIST_LENGTH artists by falling `plays`; 0 plays is padding.
    `chance` is a uniform number per listed artist that decides on its spelling.
    """

    user_id: NDArray[np.int64]
    country: NDArray[np.int64]
    says_country: NDArray[np.bool_]
    genre_share: NDArray[np.float64]
    artist: NDArray[np.int64]
    plays: NDArray[np.int64]
    chance: NDArray[np.float32]
    total_scrobbles: NDArray[np.int64]

    def rows(self, asked: slice) -> "Listeners":
        """Some of the users, by position."""
        return Listeners(*(values[asked] for values in vars(self).values()))


def _genre_shares(
    random: np.random.Generator, preference: NDArray[np.float64]
) -> NDArray[np.float64]:
    """One to four genres a user, weighted: the highest of preference plus Gumbel
    noise are a draw without replacement."""
    users, kinds = preference.shape
    noisy = np.log(preference) + random.gumbel(size=(users, kinds))
    best = np.argsort(-noisy, axis=1, kind="stable")[:, : len(_ODDS_OF_GENRE_COUNT)]
    odds = np.cumsum(_ODDS_OF_GENRE_COUNT)[:-1]
    further = np.searchsorted(odds, random.random((users, 1)))
    weight = random.standard_gamma(_GENRE_FOCUS, best.shape) + 0.05
    weight *= np.arange(best.shape[1]) <= further
    shares = np.zeros((users, kinds))
    np.put_along_axis(shares, best, weight / weight.sum(1, keepdims=True), axis=1)
    return shares


def _first_distinct(
    artist: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Per row the first distinct artists in the order of the draws, at most
    LIST_LENGTH and `wanted`, and which places are filled."""
    place_bits = 7
    keys = np.sort(artist << place_bits | np.arange(artist.shape[1]), axis=1)
    who, place = keys >> place_bits, keys & ((1 << place_bits) - 1)
    again = np.zeros(who.shape, np.bool_)
    again[:, 1:] = who[:, 1:] == who[:, :-1]
    past_end = np.int64(1) << 62
    by_place = np.sort(np.where(again, past_end, place << 32 | who), axis=1)
    by_place = by_place[:, :LIST_LENGTH]
    filled = (by_place < past_end) & (np.arange(LIST_LENGTH) < wanted[:, None])
    return np.where(filled, by_place & 0xFFFFFFFF, 0), filled


def _plays(random: np.random.Generator, filled: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Plays per listed artist: heavy-tailed over users, falling along the list."""
    users = len(filled)
    total = _MEDIAN_PLAYS * np.exp(_PLAYS_SIGMA * random.standard_normal(users))
    listed = filled.sum(1)
    total = np.minimum(total, 2e6) * listed / LIST_LENGTH
    steepness = random.uniform(*_STEEPNESS, users)
    rank = np.log(np.arange(LIST_LENGTH) + 1.5)
    noise = random.standard_normal(filled.shape, np.float32) * np.float32(0.25)
    weight = np.where(filled, np.exp(noise - steepness[:, None] * rank), 0.0)
    weight = -np.sort(-weight, axis=1)
    share = weight / weight.sum(1, keepdims=True)
    plays = np.maximum(share * total[:, None], 1.0).astype(np.int64)
    return np.where(filled, plays, 0)


def listeners_of_block(seed: int, taste: Taste, block: int) -> Listeners:
    """The LISTENERS_PER_BLOCK users of a block; block 0 begins with user 1."""
    random = random_stream(seed, Purpose.LISTENING_USERS, block)
    users = LISTENERS_PER_BLOCK
    sizes = np.cumsum([country.listeners for country in countries()])
    country = np.searchsorted(sizes, random.random(users) * sizes[-1], side="right")
    says_country = random.random(users) >= _BLANK_COUNTRY_SHARE
    preference = taste.preferences[country]
    liked = _genre_shares(random, preference)
    heard = (1 - STRAY_SHARE) * liked + STRAY_SHARE * preference

    cumulative = np.cumsum(heard, axis=1)
    cumulative[:, -1] = 1.0
    row = np.arange(users)[:, None]
    place = np.searchsorted(
        (row + cumulative).ravel(), row + random.random((users, _DRAWS)), side="right"
    )
    genre = np.minimum(place - row * len(genres()), len(genres()) - 1)
    drawn = taste.draw(
        np.broadcast_to(country[:, None], genre.shape),
        genre,
        random.random(genre.shape),
        random.random(genre.shape),
    )
    short = random.random(users) < _SHORT_LIST_SHARE
    length = 1 + (random.random(users) ** 0.5 * (LIST_LENGTH - 1)).astype(np.int64)
    artist, filled = _first_distinct(drawn, np.where(short, length, LIST_LENGTH))
    plays = _plays(random, filled)
    listed = plays.sum(1)
    beyond = 1.02 + 1.5 * random.random(users) ** 2
    total = np.where(filled[:, -1], np.ceil(listed * beyond).astype(np.int64), listed)
    return Listeners(
        block * users + 1 + np.arange(users),
        country,
        says_country,
        liked,
        artist,
        plays,
        random.random(filled.shape, np.float32),
        total,
    )
