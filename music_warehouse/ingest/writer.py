"""Writing one file's rows into the lake: row groups of coded texts, hashed on the
way, with the columns ingestion adds."""

import hashlib
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from music_warehouse.contracts import Contract
from music_warehouse.ingest.artist_names import ArtistNames
from music_warehouse.ingest.kept import mask_addresses
from music_warehouse.ingest.lake import REJECTS_SCHEMA
from music_warehouse.ingest.rows import RejectedRow
from music_warehouse.ingest.schemas import coded, table_schema
from music_warehouse.names import name_key, normalise_name

# Every group pays anew for its dictionaries: with 25 million rows of 300,000 artists
# groups of 4 million rows take 0.16 µs a row to write, of 2 million 0.25 µs.
ROWS_PER_GROUP = 4_000_000
_GROUPS_UNDER_WAY = 2
_REJECTS_PER_GROUP = 50_000
_SHOWN_CHARACTERS = 500
_DICTIONARY_PAGE_BYTES = 64 << 20


class _HashingSink:
    """A file that hashes what is written; Parquet is written start to end. It is
    flushed to the disk when its delivery is committed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._sha256 = hashlib.sha256()
        self.closed = False

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        self._sha256.update(view)
        self._file.write(view)
        return view.nbytes

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            self.closed = True

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()


class TableWriter:
    """Writes the rows of one delivered file.

    While rows are collected, the row group before them is brought into one set of
    codes in a thread of its own, and the one before that is written in another: each
    of the three takes about a third of the time.
    """

    def __init__(self, path: Path, contract: Contract, file_seq: int) -> None:
        self.path = path
        self.rows = 0
        self._contract = contract
        self._file_seq = file_seq
        self._schema = table_schema(contract)
        self.artist_names = ArtistNames(contract, file_seq) if contract.artist else None
        self._tables: list[pa.Table] = []
        self._collected = 0
        self._sink = _HashingSink(path)
        self._parquet = _parquet_writer(
            self._sink,
            coded(self._schema),
            # line numbers never repeat and counts come in runs of small integers:
            # plain pages compress as well, at half the cost
            use_dictionary=_repeating(contract, self._schema),
            write_statistics=[
                field.name
                for field in self._schema
                if field.name in contract.lake_key or pa.types.is_temporal(field.type)
            ],
        )
        self._coding = ThreadPoolExecutor(1, "code")
        self._writing = ThreadPoolExecutor(1, "write")
        self._under_way: deque[Future[None]] = deque()

    def add(self, table: pa.Table) -> None:
        """Take rows as they were admitted, or as they were stored: texts coded, or
        the keys of those that only a key is stored of."""
        self.rows += table.num_rows
        self._tables.append(table)
        self._collected += table.num_rows
        if self._collected >= ROWS_PER_GROUP:
            self._hand_over()

    def finish(self) -> str:
        """Write what is left; the SHA-256 of the file."""
        if self._collected:
            self._hand_over()
        self._wait(groups_left=0)
        self._coding.shutdown()
        self._writing.shutdown()
        self._parquet.close()
        self._sink.close()
        stored = pq.read_metadata(self.path).num_rows
        if stored != self.rows:
            raise AssertionError(f"{self.path}: {self.rows} rows, {stored} stored")
        return self._sink.hexdigest()

    def discard(self) -> None:
        """Drop everything, finished or not."""
        self._coding.shutdown(cancel_futures=True)
        self._writing.shutdown(cancel_futures=True)
        with suppress(pa.ArrowException):
            self._parquet.close()
        self._sink.close()
        self.path.unlink(missing_ok=True)

    def _hand_over(self) -> None:
        self._wait(groups_left=_GROUPS_UNDER_WAY - 1)
        coded_group = self._coding.submit(self._code_group, self._tables)
        self._under_way.append(self._writing.submit(self._write_group, coded_group))
        self._tables, self._collected = [], 0

    def _wait(self, groups_left: int) -> None:
        while len(self._under_way) > groups_left:
            self._under_way.popleft().result()

    def _code_group(self, tables: list[pa.Table]) -> pa.Table:
        group = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        tables.clear()
        columns = {name: group[name].chunk(0) for name in group.column_names}
        for column in self._contract.columns:
            # Rows that are written again have theirs, and perhaps no text any more.
            if column.key_name and column.key_name not in columns:
                columns[column.key_name] = _keys(columns[column.lake_name])
            if column.match_name:
                columns[column.match_name] = _match_names(columns[column.lake_name])
        if self.artist_names and (artist := self._contract.artist):
            mbids = columns[artist.mbid_column] if artist.mbid_column else None
            columns[artist.key_column] = self.artist_names.add(
                columns[artist.name_column], mbids
            )
        columns["file_seq"] = pa.repeat(
            pa.scalar(self._file_seq, pa.int32()), group.num_rows
        )
        return pa.table({name: columns[name] for name in self._schema.names})

    def _write_group(self, coded_group: Future[pa.Table]) -> None:
        group = coded_group.result()
        self._parquet.write_table(group, row_group_size=group.num_rows)


class RejectsWriter:
    """Writes the rejects of one delivered file; no file where there are none.

    `raw_bytes` and `raw_text` of a file with columns outside the contract hold only
    the contract's columns, rebuilt as CSV, or are NULL: see `RawRow`.
    """

    def __init__(self, path: Path, file_seq: int, contract_version: int) -> None:
        self.path = path
        self.rows = 0
        self.reasons: dict[str, int] = {}
        self._file_seq = file_seq
        self._contract_version = contract_version
        self._waiting: list[RejectedRow] = []
        self._parquet: pq.ParquetWriter | None = None

    def add(self, rejects: Iterable[RejectedRow]) -> None:
        """Take rejected rows."""
        for reject in rejects:
            self.rows += 1
            reason = reject.rejection.reason
            self.reasons[reason] = self.reasons.get(reason, 0) + 1
            self._waiting.append(reject)
            if len(self._waiting) >= _REJECTS_PER_GROUP:
                self._write_waiting()

    def finish(self) -> None:
        """Write what is left."""
        if self._waiting:
            self._write_waiting()
        if self._parquet is not None:
            self._parquet.close()

    def discard(self) -> None:
        """Drop everything, finished or not."""
        if self._parquet is not None:
            self._parquet.close()
            self.path.unlink(missing_ok=True)

    def _write_waiting(self) -> None:
        if self._parquet is None:
            self._parquet = _parquet_writer(self.path, REJECTS_SCHEMA)
        rows = [reject.row for reject in self._waiting]
        count = len(rows)
        self._parquet.write_table(
            pa.Table.from_arrays(
                [
                    pa.repeat(pa.scalar(self._file_seq, pa.int32()), count),
                    pa.array([row.line_number for row in rows], pa.int64()),
                    pa.array([row.byte_offset for row in rows], pa.int64()),
                    pa.array([row.raw for row in rows], pa.binary()),
                    pa.array([shown_text(row.raw) for row in rows], pa.string()),
                    pa.array([r.rejection.reason for r in self._waiting], pa.string()),
                    pa.array(
                        [mask_addresses(r.rejection.detail) for r in self._waiting],
                        pa.string(),
                    ),
                    pa.repeat(pa.scalar(self._contract_version, pa.int32()), count),
                ],
                schema=REJECTS_SCHEMA,
            )
        )
        self._waiting = []


def shown_text(raw: bytes | None) -> str | None:
    """Raw bytes as text to look at: the first 500 characters, undecodable bytes and
    NUL, which no text of a database holds, escaped (`\\x00`), mail addresses masked,
    since people read it in a mart. None where no bytes were kept."""
    if raw is None:
        return None
    # four bytes a character at most
    head = raw[: 4 * _SHOWN_CHARACTERS]
    text = head.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
    return mask_addresses(text)[:_SHOWN_CHARACTERS]


def _repeating(contract: Contract, schema: pa.Schema) -> list[str]:
    """The columns whose values come again and again: texts, and keys of texts and of
    people."""
    keys = {column.key_name for column in contract.columns}
    if contract.artist:
        keys.add(contract.artist.key_column)
    if contract.person:
        keys.add(contract.person.lake_name)
    return [
        field.name
        for field in schema
        if pa.types.is_string(field.type)
        or (field.name in keys and field.name not in contract.lake_key)
    ]


def _parquet_writer(
    sink: object, schema: pa.Schema, **options: object
) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        compression_level=1,
        write_page_checksum=True,
        dictionary_pagesize_limit=_DICTIONARY_PAGE_BYTES,
        store_schema=False,
        **options,
    )


def _match_names(names: pa.DictionaryArray) -> pa.DictionaryArray:
    normalised = [normalise_name(n) or None for n in names.dictionary.to_pylist()]
    return pa.array(normalised, pa.string()).take(names.indices).dictionary_encode()


def _keys(texts: pa.DictionaryArray) -> pa.Array:
    keys = [name_key(text) for text in texts.dictionary.to_pylist()]
    return pa.array(keys, pa.int64()).take(texts.indices)
