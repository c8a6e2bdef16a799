"""One delivery: users and their three lists, block by block, in order."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from music_warehouse.errors import UserError
from music_warehouse.progress import meter
from music_warehouse.synthetic.delivery_files import (
    DeliveryFile,
    FileFormat,
    delivery_file,
)
from music_warehouse.synthetic.listening.artists import build_artists
from music_warehouse.synthetic.listening.listeners import LISTENERS_PER_BLOCK
from music_warehouse.synthetic.listening.tables import SCHEMAS, BlockTables, Tables
from music_warehouse.synthetic.listening.taste import build_taste
from music_warehouse.synthetic.listening.truth import Truth

FEWEST_ARTISTS = 1_000
_MOST_WORKERS = 4

Result = TypeVar("Result")


@dataclass(frozen=True)
class ListeningDelivery:
    """What was written: the file and the rows of each table, by table name, and
    the folder of the planted truth."""

    files: dict[str, Path]
    rows: dict[str, int]
    truth: Path
    artists: int


def default_artists(users: int) -> int:
    """How many artists so many users hear: 20,000 at 20,000 users and 300,000 at
    500,000, a power law between and beyond, at least 2,000."""
    exponent = np.log(15) / np.log(25)
    return max(2_000, round(20_000 * float((users / 20_000) ** exponent)))


def _check(
    users: int,
    seed: int,
    file_format: str,
    artists: int | None,
    first_user_id: int,
) -> None:
    if users < 1:
        raise UserError(f"The number of users must be at least 1, not {users}.")
    if seed < 0:
        raise UserError(f"The seed must be 0 or more, not {seed}.")
    if first_user_id < 1:
        raise UserError(f"The first user id must be at least 1, not {first_user_id}.")
    if artists is not None and artists < FEWEST_ARTISTS:
        raise UserError(
            f"The number of artists must be at least {FEWEST_ARTISTS}, not {artists}."
        )
    if file_format not in ("csv", "parquet"):
        raise UserError(f"The format must be csv or parquet, not {file_format}.")


def _in_order(
    work: Callable[[int], Result], blocks: range, workers: int
) -> Iterator[Result]:
    """Results of `work` in the order of `blocks`, at most `workers` + 1 in flight."""
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Result]] = deque()
        for block in blocks:
            waiting.append(pool.submit(work, block))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def generate_listening(
    out: Path,
    users: int,
    seed: int,
    file_format: FileFormat = "csv",
    artists: int | None = None,
    first_user_id: int = 1,
) -> ListeningDelivery:
    """Write users `first_user_id` … and their top artists, tracks and albums below
    `out`/listening, and the planted truth below `out`/_truth/listening.

    The same arguments give the same bytes. A user's rows depend on the seed, the
    user id and the number of artists only, so a later delivery with other users
    fits an earlier one. Without `artists` it takes the catalogue that the users
    before `first_user_id` had, or for a first delivery one that fits `users`.

    Raises UserError for a number out of range or a folder that cannot be written.
    """
    _check(users, seed, file_format, artists, first_user_id)
    earlier = first_user_id - 1
    count = default_artists(earlier or users) if artists is None else artists
    try:
        return _generate(out, users, seed, file_format, count, first_user_id)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"Cannot write the delivery to {out}: {reason}.") from error


def _generate(
    out: Path,
    users: int,
    seed: int,
    file_format: FileFormat,
    artist_count: int,
    first_user_id: int,
) -> ListeningDelivery:
    files = {
        table: out / "listening" / table / f"{table}.{file_format}" for table in SCHEMAS
    }
    for path in files.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    artists = build_artists(seed, artist_count)
    taste = build_taste(seed, artists)
    tables = Tables(seed, artists, taste)
    truth = Truth(out / "_truth" / "listening", artists, taste)
    first, end = first_user_id - 1, first_user_id - 1 + users
    blocks = range(first // LISTENERS_PER_BLOCK, -(-end // LISTENERS_PER_BLOCK))
    rows = dict.fromkeys(SCHEMAS, 0)

    with ExitStack() as stack:
        opened: dict[str, DeliveryFile] = {
            table: stack.enter_context(
                delivery_file(path, SCHEMAS[table], tables.texts)
            )
            for table, path in files.items()
        }
        bar = stack.enter_context(meter("Generating listening", users))

        def encoded(block: int) -> tuple[BlockTables, dict[str, pa.Buffer | pa.Table]]:
            made = tables.of_block(block, first, end)
            return made, {
                name: opened[name].encode(table) for name, table in made.tables.items()
            }

        workers = min(os.cpu_count() or 1, _MOST_WORKERS)
        for made, encoded_tables in _in_order(encoded, blocks, workers):
            for name, part in encoded_tables.items():
                opened[name].append(part)
                rows[name] += made.tables[name].num_rows
            truth.add(made.listeners)
            bar.advance(len(made.listeners.user_id))
        truth.write()
    return ListeningDelivery(files, rows, truth.folder, artist_count)
