"""The users: who they are, and what of it is delivered."""

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from music_warehouse.synthetic.listening.reference import genres, words
from music_warehouse.synthetic.random_streams import Purpose, random_stream
from music_warehouse.synthetic.service.columns import Columns
from music_warehouse.synthetic.service.days import USUAL_LAST_DAY, WORLD_BEGINS
from music_warehouse.synthetic.service.reference import (
    CAR,
    CONSOLE,
    DESKTOP,
    MOBILE,
    PLANS,
    SPEAKER,
    TABLET,
    TV,
    WEB,
    markets,
)

USERS_PER_BLOCK = 4_096
# Twice as many registrations a day every year.
_GROWTH = np.log(2) / 365

USUAL_EAGERNESS = -0.9
USUAL_SKIP_LOGIT, SKIP_LOGIT_SIGMA = -0.95, 0.75

_FIRST_DEVICES = ((MOBILE, 0.66), (DESKTOP, 0.2), (WEB, 0.08), (TABLET, 0.06))
_OTHER_DEVICES = (
    (MOBILE, 0.2),
    (DESKTOP, 0.24),
    (SPEAKER, 0.2),
    (CAR, 0.12),
    (TV, 0.1),
    (TABLET, 0.06),
    (WEB, 0.05),
    (CONSOLE, 0.03),
)
_GENDERS = ("female", "male", "nonbinary", "")
_GENDER_ODDS = (0.46, 0.48, 0.02, 0.04)
_BLANK_AGE_SHARE, _ABSURD_AGE_SHARE = 0.015, 0.003
_ABSURD_AGES = (-1337, -1337, 999, 1985)
_COUNTRY_NAME_SHARE, _BLANK_COUNTRY_SHARE = 0.15, 0.01
_DOMAINS = ("example.com", "example.org", "example.net")

USER_SCHEMA = pa.schema(
    [
        ("user_id", pa.int64()),
        ("username", pa.string()),
        ("email", pa.string()),
        ("country", pa.string()),
        ("subscription_type", pa.string()),
        ("registration_date", pa.date32()),
        ("age", pa.int32()),
        ("gender", pa.string()),
    ]
)


@dataclass(frozen=True)
class Accounts(Columns):
    """Users by place, the place being the user id less 1.

    `market` and `zone` are places in `markets()` and `time_zones()`. What users say
    of their age may be blank (NO_AGE) or absurd. `country_form` decides in which
    form the country is sent, `name_draw` on the name. `chronotype` is 0 for early
    risers, 1 for most, 2 for late ones; `eagerness` the log-odds of listening on a
    day, `sitting` the relative length of a session, `skip_logit` the log-odds of a
    skip, `payment_risk` the chance that a payment fails at first.
    """

    registered: NDArray[np.int32]
    market: NDArray[np.int8]
    zone: NDArray[np.int8]
    age: NDArray[np.int16]
    says_age: NDArray[np.int16]
    gender: NDArray[np.int8]
    country_form: NDArray[np.float32]
    name_draw: NDArray[np.uint32]
    chronotype: NDArray[np.int8]
    eagerness: NDArray[np.float32]
    sitting: NDArray[np.float32]
    skip_logit: NDArray[np.float32]
    genre: NDArray[np.int8]
    device: NDArray[np.int8]
    other_device: NDArray[np.int8]
    payment_method: NDArray[np.int8]
    payment_risk: NDArray[np.float32]
    card_last_4: NDArray[np.int16]


NO_AGE = np.int16(-1)


def registration_days(
    usual_users: int, places: NDArray[np.int64]
) -> NDArray[np.float64]:
    """When the user of each place registers, in days: ids follow each other in
    time, and `usual_users` have registered by the end of USUAL_LAST_DAY."""
    whole = USUAL_LAST_DAY + 1 - WORLD_BEGINS
    x = places / usual_users
    passed: NDArray[np.float64] = np.log1p(x * np.expm1(_GROWTH * whole)) / _GROWTH
    return WORLD_BEGINS + passed


def users_until(usual_users: int, last_day: int) -> int:
    """How many users have registered by the end of a day."""
    whole = np.expm1(_GROWTH * (USUAL_LAST_DAY + 1 - WORLD_BEGINS))
    x = np.expm1(_GROWTH * (last_day + 1 - WORLD_BEGINS)) / whole
    # A grain of tolerance keeps the usual last day at `usual_users` exactly.
    return int(np.ceil(x * usual_users - 1e-6))


def _choose(
    uniform: NDArray[np.float64], odds: tuple[float, ...] | NDArray[np.float64]
) -> NDArray[np.int64]:
    running = np.cumsum(odds)
    return np.asarray(np.searchsorted(running, uniform * running[-1], side="right"))


def _device(
    uniform: NDArray[np.float64], odds: tuple[tuple[int, float], ...]
) -> NDArray[np.int64]:
    codes = np.array([device for device, _ in odds])
    return codes[_choose(uniform, tuple(share for _, share in odds))]


def accounts_of_block(seed: int, usual_users: int, block: int) -> Accounts:
    """The USERS_PER_BLOCK users of a block."""
    random = random_stream(seed, Purpose.SERVICE_USERS, block)
    count = USERS_PER_BLOCK
    u = random.random((16, count))
    normal = random.standard_normal((4, count))
    places = np.arange(block * count, (block + 1) * count)
    market = _choose(u[0], tuple(market.listeners for market in markets()))
    zone_odds = [[people for _, people in m.time_zones] for m in markets()]
    first_zone = np.cumsum([0] + [len(odds) for odds in zone_odds])
    flat = np.concatenate([np.array(odds) / sum(odds) for odds in zone_odds])
    running = np.r_[0.0, np.cumsum(flat)]
    zone = np.searchsorted(running, running[first_zone[market]] + u[1], "right") - 1
    zone = zone.clip(first_zone[market], first_zone[market + 1] - 1)
    age = 13 + (17 * np.exp(0.55 * normal[0])).clip(0, 77)
    age = age.astype(np.int16)
    says_age = np.where(u[2] < _BLANK_AGE_SHARE, NO_AGE, age)
    is_absurd = u[2] > 1 - _ABSURD_AGE_SHARE
    absurd = np.array(_ABSURD_AGES)[(u[3] * len(_ABSURD_AGES)).astype(np.int64)]
    weight = np.array([genre.listeners for genre in genres()])
    late = np.where(age < 26, 0.45, 0.2)
    method = _choose(u[8], (0.42, 0.24, 0.2, 0.06, 0.05, 0.03))
    risky = u[9] < 0.02
    return Accounts(
        registration_days(usual_users, places).astype(np.int32),
        market.astype(np.int8),
        zone.astype(np.int8),
        age,
        np.where(is_absurd, absurd, says_age).astype(np.int16),
        _choose(u[4], _GENDER_ODDS).astype(np.int8),
        u[5].astype(np.float32),
        (u[6] * 2**32).astype(np.uint32),
        np.where(u[7] < late, 2, np.where(u[7] > 0.8, 0, 1)).astype(np.int8),
        (USUAL_EAGERNESS + normal[1]).astype(np.float32),
        np.exp(0.5 * normal[2] - 0.125).astype(np.float32),
        (USUAL_SKIP_LOGIT + SKIP_LOGIT_SIGMA * normal[3]).astype(np.float32),
        _choose(u[10], weight).astype(np.int8),
        _device(u[11], _FIRST_DEVICES).astype(np.int8),
        _device(u[12], _OTHER_DEVICES).astype(np.int8),
        method.astype(np.int8),
        np.where(risky, 0.5, 0.005 + 0.04 * u[13]).astype(np.float32),
        (u[14] * 10_000).astype(np.int16),
    )


def _plain(name: str) -> str:
    """A name in lower-case ASCII letters, empty where it has none."""
    spelt = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in spelt if letter in "abcdefghijklmnopqrstuvwxyz")


@cache
def _name_parts(kind: str) -> tuple[pa.Array, NDArray[np.int64], NDArray[np.int64]]:
    """First or last names of all languages one after the other, with the first place
    and the number of the names of each market; syllables where a language is not
    written in Latin letters."""
    syllables = words("syllable")
    invented = [
        _plain(start + end)
        for start, end in zip(syllables["start"], syllables["end"], strict=True)
    ]
    texts: list[str] = []
    starts, sizes = [], []
    for market in markets():
        names = [_plain(name) for name in words(market.language)[kind]]
        names = [name for name in names if len(name) > 1] or invented
        starts.append(len(texts))
        sizes.append(len(names))
        texts.extend(names)
    return pa.array(texts), np.array(starts), np.array(sizes)


def _names(
    kind: str, market: NDArray[np.int8], draw: NDArray[np.uint32]
) -> pa.StringArray:
    texts, starts, sizes = _name_parts(kind)
    return texts.take(pa.array(starts[market] + draw % sizes[market]))


def _coded(codes: NDArray[np.integer], texts: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), texts)


def user_texts() -> dict[str, pa.Array]:
    """The texts that the coded columns of `user_table` stand for."""
    codes = [market.country_code for market in markets()]
    names = [market.country for market in markets()]
    return {
        "country": pa.array(["", *codes, *names]),
        "subscription_type": pa.array(PLANS),
        "gender": pa.array(_GENDERS),
    }


def user_table(
    accounts: Accounts, places: NDArray[np.int64], plan: NDArray[np.int8]
) -> pa.Table:
    """Users as they are delivered, with `plan` the plan of each of `places`."""
    texts = user_texts()
    market, draw = accounts.market[places], accounts.name_draw[places]
    first = _names("first", market, draw & np.uint32(0xFFFF))
    last = _names("last", market, draw >> np.uint32(16))
    number = pa.array(places + 1).cast(pa.string())
    domains = pa.array(_DOMAINS).take(pa.array((places * 7 + draw) % len(_DOMAINS)))
    form = accounts.country_form[places]
    country = 1 + market.astype(np.int64)
    country += np.where(form < _COUNTRY_NAME_SHARE, len(markets()), 0)
    country = np.where(form > 1 - _BLANK_COUNTRY_SHARE, 0, country)
    age = accounts.says_age[places].astype(np.int32)
    join = pc.binary_join_element_wise
    return pa.table(
        {
            "user_id": places + 1,
            "username": join(first, number, "_"),
            "email": join(join(first, last, number, "."), domains, "@"),
            "country": _coded(country, texts["country"]),
            "subscription_type": _coded(plan, texts["subscription_type"]),
            "registration_date": pa.array(accounts.registered[places], pa.date32()),
            "age": pa.array(age, mask=age == NO_AGE),
            "gender": _coded(accounts.gender[places].astype(np.int64), texts["gender"]),
        }
    )
