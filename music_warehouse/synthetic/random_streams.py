"""Random numbers that depend on what is generated, never on how the work is cut."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Purpose(IntEnum):
    """What a stream of random numbers is used for; two purposes never share one."""

    LISTENING_ARTISTS = 1
    LISTENING_TITLES = 2
    LISTENING_PLANTED = 3
    LISTENING_USERS = 4
    LISTENING_WORKS = 5
    SERVICE_TRACKS = 6
    SERVICE_ROLES = 7
    SERVICE_USERS = 8
    SERVICE_LIVES = 9
    SERVICE_PLAYS = 10
    SERVICE_ATTACKS = 11
    SERVICE_ARRIVALS = 12


def random_stream(seed: int, purpose: Purpose, block: int = 0) -> np.random.Generator:
    """The generator of one block of one purpose: the same for the same arguments,
    independent of every other block."""
    sequence = np.random.SeedSequence(seed, spawn_key=(int(purpose), block))
    return np.random.Generator(np.random.SFC64(sequence))


def hashed(values: NDArray[np.uint64], salt: int) -> NDArray[np.uint64]:
    """A well mixed 64-bit hash of each value (the finaliser of SplitMix64, Steele,
    Lea and Flood 2014): a property of a thing that needs no storage."""
    mixed = values + np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
