"""From plays to delivered events: ids, and what comes late, again or corrected."""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.synthetic.random_streams import Purpose, random_stream
from music_warehouse.synthetic.service.catalogue import Catalogue
from music_warehouse.synthetic.service.days import MS_PER_DAY, WORLD_BEGINS
from music_warehouse.synthetic.service.plays import Plays
from music_warehouse.synthetic.service.reference import DEVICES, FWDBTN, REASONS

# A late, repeated or corrected event arrives at most so many days after the event.
MOST_DAYS_LATE = 7
_LATE_SHARE, _REPEATED_SHARE, _CORRECTED_SHARE = 0.012, 0.006, 0.0004
_IDS_PER_DAY = 10**9
_PLACE_BITS = 34

EVENT_SCHEMA = pa.schema(
    [
        ("event_id", pa.int64()),
        ("user_id", pa.int64()),
        ("track_id", pa.string()),
        ("timestamp", pa.timestamp("ms")),
        ("play_duration_ms", pa.int64()),
        ("device_type", pa.string()),
        ("shuffle", pa.bool_()),
        ("skipped", pa.bool_()),
        ("reason", pa.string()),
    ]
)


class Arrival(IntEnum):
    """How an event comes a second time, or for the first time late."""

    LATE = 0
    REPEATED = 1
    CORRECTED = 2


@dataclass(frozen=True)
class Events:
    """Plays with the ids that they are delivered under."""

    event_id: NDArray[np.int64]
    plays: Plays

    def __len__(self) -> int:
        return len(self.event_id)

    def take(self, chosen: NDArray[np.generic] | slice) -> "Events":
        """Some of the events, by mask, places or slice."""
        return Events(self.event_id[chosen], self.plays.take(chosen))


@dataclass(frozen=True)
class Latecomers:
    """Events that arrive on a later day than that of the play."""

    events: Events
    arrival: NDArray[np.int8]
    arrives_on: NDArray[np.int64]

    def of_day(self, day: int) -> "Latecomers":
        """Those that arrive on a day."""
        chosen = self.arrives_on == day
        return Latecomers(
            self.events.take(chosen), self.arrival[chosen], self.arrives_on[chosen]
        )


def events_of_day(seed: int, day: int, plays: list[Plays]) -> tuple[Events, Latecomers]:
    """The events of a UTC day: those that arrive on it, by time, and the others.

    `plays` are lots that together hold every play that begins on the day. Ids rise
    with time, whatever the lots.
    """
    everything = Plays.together(plays)
    begins = everything.started - day * MS_PER_DAY
    here = np.flatnonzero((begins >= 0) & (begins < MS_PER_DAY))
    # The place rides along in the low bits: sorting whole numbers is fast.
    key = np.sort(begins[here] << _PLACE_BITS | here)
    everything = everything.take(key & ((1 << _PLACE_BITS) - 1))
    events = Events(
        (day - WORLD_BEGINS + 1) * _IDS_PER_DAY + np.arange(len(everything)), everything
    )
    random = random_stream(seed, Purpose.SERVICE_ARRIVALS, day)
    u = random.random(len(events))
    is_late = u < _LATE_SHARE
    bounds = np.cumsum([_LATE_SHARE, _REPEATED_SHARE, _CORRECTED_SHARE])
    places = np.flatnonzero(u < bounds[-1])
    arrival = np.searchsorted(bounds, u[places], side="right").astype(np.int8)
    later = events.take(places)
    later = _corrected(later, arrival == Arrival.CORRECTED)
    arrives_on = day + 1 + random.integers(0, MOST_DAYS_LATE, len(places))
    return events.take(~is_late), Latecomers(later, arrival, arrives_on)


def _corrected(events: Events, chosen: NDArray[np.bool_]) -> Events:
    """The events with the chosen ones told otherwise: broken off half-way."""
    plays = events.plays
    told = replace(
        plays,
        duration=np.where(chosen, plays.duration // 2 + 1, plays.duration),
        skipped=plays.skipped | chosen,
        reason=np.where(chosen, np.int8(FWDBTN), plays.reason),
    )
    return Events(events.event_id, told)


def event_texts(catalogue: Catalogue) -> dict[str, pa.Array]:
    """The texts that the coded columns of `event_table` stand for."""
    return {
        "track_id": catalogue.ids,
        "device_type": pa.array(DEVICES),
        "reason": pa.array(REASONS),
    }


def event_table(events: Events, texts: dict[str, pa.Array]) -> pa.Table:
    """Events as they are delivered."""
    plays = events.plays

    def coded(column: str, codes: NDArray[np.generic]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(codes), texts[column])

    return pa.table(
        {
            "event_id": events.event_id,
            "user_id": plays.user.astype(np.int64) + 1,
            "track_id": coded("track_id", plays.track),
            "timestamp": pa.array(plays.started).cast(pa.timestamp("ms")),
            "play_duration_ms": plays.duration.astype(np.int64),
            "device_type": coded("device_type", plays.device),
            "shuffle": plays.shuffle,
            "skipped": plays.skipped,
            "reason": coded("reason", plays.reason),
        }
    )
