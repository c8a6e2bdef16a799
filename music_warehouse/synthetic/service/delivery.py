"""Deliveries of the service: what arrives from one day to another, month by month."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from music_warehouse.errors import UserError
from music_warehouse.progress import meter
from music_warehouse.synthetic.delivery_files import (
    DeliveryFile,
    FileFormat,
    delivery_file,
)
from music_warehouse.synthetic.service.accounts import USER_SCHEMA, user_texts
from music_warehouse.synthetic.service.arrivals import (
    EVENT_SCHEMA,
    MOST_DAYS_LATE,
    Events,
    Latecomers,
    event_table,
    event_texts,
    events_of_day,
)
from music_warehouse.synthetic.service.billing import BILLING_SCHEMA, billing_texts
from music_warehouse.synthetic.service.catalogue import (
    FEWEST_TRACKS,
    TRACK_SCHEMA,
    default_tracks,
)
from music_warehouse.synthetic.service.days import (
    USUAL_LAST_DAY,
    WORLD_BEGINS,
    WORLD_ENDS,
    day_number,
    day_of,
    month_ends,
)
from music_warehouse.synthetic.service.labels import LABEL_SCHEMA, label_table
from music_warehouse.synthetic.service.plays import Plays
from music_warehouse.synthetic.service.truth import (
    ARRIVALS_SCHEMA,
    arrivals_table,
    write_truth,
)
from music_warehouse.synthetic.service.world import World

DEFAULT_DAYS = 180
DEFAULT_PLAYS_PER_DAY = 5.0
MOST_DAYS = USUAL_LAST_DAY - WORLD_BEGINS + 1
_MOST_WORKERS = 4
_MOST_PLAYS_PER_DAY = 60.0


@dataclass(frozen=True)
class ServiceDelivery:
    """What was written: files in the order of their days and rows, by table name,
    and the folder of the planted truth."""

    files: dict[str, list[Path]]
    rows: dict[str, int]
    truth: Path
    first_day: date
    last_day: date


@dataclass(frozen=True)
class _Span:
    """The days that are delivered, by number, and whether nothing came before."""

    first: int
    last: int
    is_first: bool

    def months(self) -> list[tuple[int, int]]:
        """First and last days of the deliveries that the span is cut into."""
        ends = month_ends(self.first, self.last)
        return list(zip([self.first, *(end + 1 for end in ends)], ends, strict=False))


def _span(days: int, from_day: date | None) -> _Span:
    if not 1 <= days <= MOST_DAYS:
        raise UserError(f"The number of days must be 1 to {MOST_DAYS}, not {days}.")
    if from_day is None:
        return _Span(USUAL_LAST_DAY - days + 1, USUAL_LAST_DAY, True)
    first = day_number(from_day)
    last = first + days - 1
    # Two days at either end are lived through for listeners in other time zones.
    if first <= WORLD_BEGINS + MOST_DAYS_LATE or last > WORLD_ENDS - 2:
        raise UserError(
            f"Days from {day_of(WORLD_BEGINS + MOST_DAYS_LATE + 1)} to "
            f"{day_of(WORLD_ENDS - 2)} can be generated, not {day_of(first)} to "
            f"{day_of(last)}."
        )
    return _Span(first, last, False)


def _check(
    users: int, seed: int, file_format: str, plays_per_day: float, tracks: int | None
) -> None:
    if users < 1:
        raise UserError(f"The number of users must be at least 1, not {users}.")
    if seed < 0:
        raise UserError(f"The seed must be 0 or more, not {seed}.")
    if file_format not in ("csv", "parquet"):
        raise UserError(f"The format must be csv or parquet, not {file_format}.")
    if not 1.0 <= plays_per_day <= _MOST_PLAYS_PER_DAY:
        raise UserError(
            f"The plays a day must be 1 to {_MOST_PLAYS_PER_DAY:.0f}, not "
            f"{plays_per_day:g}."
        )
    if tracks is not None and tracks < FEWEST_TRACKS:
        raise UserError(
            f"The number of tracks must be at least {FEWEST_TRACKS}, not {tracks}."
        )


def generate_service(
    out: Path,
    users: int,
    seed: int,
    file_format: FileFormat = "csv",
    days: int = DEFAULT_DAYS,
    from_day: date | None = None,
    plays_per_day: float = DEFAULT_PLAYS_PER_DAY,
    tracks: int | None = None,
) -> ServiceDelivery:
    """Write what a streaming service delivers in `days` days below `out`/service, and
    the planted truth below `out`/_truth/service.

    Without `from_day` the days end on 2026-06-30, by when `users` users have
    registered. With it they begin there, and what is written is a later delivery of
    the same world: plays that arrive on these days, users and tracks that are new,
    users whose plan and payments whose status has changed. `plays_per_day` is about
    how many plays a usual user has on a day of listening. Each table has one file a
    calendar month, its name ending in its first and last day; labels of fraud come
    in one for all days.

    The same arguments give the same bytes; the plays that arrive on a day depend on
    `seed`, `users`, `plays_per_day` and `tracks`, not on the days asked for, except
    that a first delivery leaves out what was played before its first day.

    Raises UserError for a number out of range or a folder that cannot be written.
    """
    _check(users, seed, file_format, plays_per_day, tracks)
    span = _span(days, from_day)
    workers = min(os.cpu_count() or 1, _MOST_WORKERS)
    count = default_tracks(users) if tracks is None else tracks
    try:
        world = World(seed, users, count, plays_per_day, span.first, span.last, workers)
        writer = _Writer(out, seed, file_format, span, world)
        with meter("Generating the service", span.last - span.first + 1) as bar:
            writer.write_small_tables()
            writer.write_events(workers, bar.advance)
        write_truth(
            writer.truth,
            span.first,
            span.last,
            world.roles,
            world.lives.departures,
            world.lives.changes,
        )
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"Cannot write the delivery to {out}: {reason}.") from error
    return ServiceDelivery(
        writer.files, writer.rows, writer.truth, day_of(span.first), day_of(span.last)
    )


class _Writer:
    """Writes the files of one span."""

    def __init__(
        self, out: Path, seed: int, file_format: FileFormat, span: _Span, world: World
    ) -> None:
        self._folder, self._seed, self._format = out / "service", seed, file_format
        self._span, self._world = span, world
        self.truth = out / "_truth" / "service"
        self.files: dict[str, list[Path]] = {}
        self.rows: dict[str, int] = {}

    def _path(self, table: str, first: int, last: int) -> Path:
        name = f"{table}_{day_of(first)}_{day_of(last)}.{self._format}"
        path = self._folder / table / name
        self.files.setdefault(table, []).append(path)
        return path

    def write_small_tables(self) -> None:
        """Write tracks, users and billing, month by month, and what is known of
        fraud in the end."""
        span, world = self._span, self._world
        catalogue = world.catalogue
        billed_from = span.first if span.is_first else WORLD_BEGINS
        for first, last in span.months():
            is_whole = span.is_first and first == span.first
            out_before = 0 if is_whole else catalogue.released(first - 1)
            self._write(
                "tracks",
                (first, last),
                catalogue.table(out_before, catalogue.released(last)),
                TRACK_SCHEMA,
                catalogue.texts(),
            )
            self._write(
                "users",
                (first, last),
                world.users(first, last, is_whole),
                USER_SCHEMA,
                user_texts(),
            )
            self._write(
                "billing",
                (first, last),
                world.billing.delivered(first, last, billed_from),
                BILLING_SCHEMA,
                billing_texts(),
            )
        self._write(
            "fraud_labels",
            (span.first, span.last),
            label_table(world.roles, span.first, span.last),
            LABEL_SCHEMA,
            {},
        )

    def _write(
        self,
        table: str,
        days: tuple[int, int],
        rows: pa.Table,
        schema: pa.Schema,
        texts: dict[str, pa.Array],
    ) -> None:
        self.rows[table] = self.rows.get(table, 0) + len(rows)
        # Nothing new: no file.
        if not len(rows):
            return
        with delivery_file(self._path(table, *days), schema, texts) as file:
            file.append(file.encode(rows))

    def write_events(self, workers: int, advance: Callable[[float], None]) -> None:
        """Write the listening events in the order of their arrival: on each day those
        of the day by time, then those that arrive late or again."""
        table, span = "listening_events", self._span
        texts = event_texts(self._world.catalogue)
        days = f"{day_of(span.first)}_{day_of(span.last)}"
        self.rows[table] = 0
        with ExitStack() as stack:
            told = stack.enter_context(
                delivery_file(
                    self.truth / f"event_arrivals_{days}.csv", ARRIVALS_SCHEMA, {}
                )
            )
            file_of_day: dict[int, DeliveryFile] = {}
            for first, last in span.months():
                file = stack.enter_context(
                    delivery_file(self._path(table, first, last), EVENT_SCHEMA, texts)
                )
                file_of_day.update(dict.fromkeys(range(first, last + 1), file))

            def encoded(day: int, events: Events) -> pa.Buffer | pa.Table | None:
                file = file_of_day.get(day)
                return file and file.encode(event_table(events, texts))

            waiting: deque[Latecomers] = deque(maxlen=MOST_DAYS_LATE)
            for made in _days(self._seed, self._world, span, encoded, workers):
                if made.day in file_of_day:
                    file = file_of_day[made.day]
                    file.append(made.encoded)
                    self.rows[table] += made.count
                    for latecomers in waiting:
                        late = latecomers.of_day(made.day)
                        file.append(file.encode(event_table(late.events, texts)))
                        told.append(told.encode(arrivals_table(late)))
                        self.rows[table] += len(late.events)
                    advance(1)
                waiting.append(made.latecomers)


@dataclass(frozen=True)
class _Day:
    """The events of a UTC day; `encoded` and `count` are those that arrive on it."""

    day: int
    encoded: pa.Buffer | pa.Table | None
    count: int
    latecomers: Latecomers


def _days(
    seed: int,
    world: World,
    span: _Span,
    encode: Callable[[int, Events], pa.Buffer | pa.Table | None],
    workers: int,
) -> Iterator[_Day]:
    """The days of the span in order, and before a later delivery those from which
    events can still arrive; only a few are in memory at a time."""
    first = span.first if span.is_first else span.first - MOST_DAYS_LATE
    listening: dict[int, Future[list[Plays]]] = {}

    def day(number: int, plays: list[Future[list[Plays]]]) -> _Day:
        lots = [lot for future in plays for lot in future.result()]
        events, latecomers = events_of_day(seed, number, lots)
        return _Day(number, encode(number, events), len(events), latecomers)

    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[_Day]] = deque()
        for number in range(first, span.last + 1):
            # What a day waits for is always queued before it, and well ahead, so
            # that workers seldom wait for each other and never for ever.
            for near in range(number - 1, min(number + workers, span.last) + 2):
                if near not in listening and near <= span.last + 1:
                    listening[near] = pool.submit(world.plays, near)
            plays = [listening[near] for near in (number - 1, number, number + 1)]
            del listening[number - 1]
            waiting.append(pool.submit(day, number, plays))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
