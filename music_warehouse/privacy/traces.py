"""Looking through every file of the data folder for what must not be there.

A name may be a part of another's: `lea_3` is nobody's in `lea_318`. So in texts a trace
counts where it stands for itself; a database lays its texts end to end, and there it
counts wherever it occurs.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from music_warehouse.ingest.gate import is_parquet
from music_warehouse.privacy.salvage import is_encoded, readable

_READ_BYTES = 4 << 20
_DATABASES = (".duckdb", ".wal", ".sqlite", ".tmp")
# Letters beyond ASCII are bytes from 0x80 on.
_WORD = rb"[0-9A-Za-z_\x80-\xff]"
_JOINT = rb"[.@+-]"
# What decides whether a trace stands for itself.
_CONTEXT_BYTES = 2
# Of whole numbers that Parquet can hold.
_DIGITS = 18
_TEXTS = (
    *(pa.string(), pa.large_string(), pa.string_view()),
    *(pa.binary(), pa.large_binary(), pa.binary_view()),
)


def standing_alone(trace: bytes) -> bytes:
    """A pattern for a trace that is no part of a longer name, address or number."""
    before, after = rb"(?<!" + _WORD + rb")", rb"(?!" + _WORD + rb")"
    if not trace.isdigit():
        before += rb"(?<!" + _WORD + _JOINT + rb")"
        after += rb"(?!" + _JOINT + _WORD + rb")"
    return before + re.escape(trace) + after


def files_with(root: Path, traces: Sequence[bytes]) -> list[Path]:
    """The files below `root` that hold any of the traces: in their bytes, in what
    gzip or UTF-16 make of them, or in a text or a number of a Parquet file. Names of
    files and folders are looked at too."""
    return [
        path
        for path in sorted(root.rglob("*"))
        if _is_named_so(path.relative_to(root), traces)
        or (path.is_file() and not path.is_symlink() and holds(path, traces))
    ]


def _is_named_so(path: Path, traces: Sequence[bytes]) -> bool:
    return _occurs(path.as_posix().encode(), traces)


def holds(path: Path, traces: Sequence[bytes]) -> bool:
    """Whether a file holds any of the traces, however damaged it is."""
    parts = _parts(_read(path), traces)
    if path.suffix in _DATABASES:
        return any(trace in part for part, *_ in parts for trace in traces)
    if any(_occurs(part, traces, *inner) for part, *inner in parts):
        return True
    if is_encoded(path):
        parts = _parts(readable(path), traces)
        return any(_occurs(part, traces, *inner) for part, *inner in parts)
    return is_parquet(path) and _is_in_parquet(path, traces)


def _occurs(
    content: bytes, traces: Sequence[bytes], begin: int = 0, end: int | None = None
) -> bool:
    """Whether a trace stands for itself between two places of a content."""
    end = len(content) if end is None else end
    return any(
        begin <= match.start() and match.end() <= end
        for trace in traces
        # Hardly ever is one there at all, and `in` is many times as fast.
        if trace in content
        for match in re.finditer(standing_alone(trace), content)
    )


def _parts(
    pieces: Iterator[bytes], traces: Sequence[bytes]
) -> Iterator[tuple[bytes, int, int]]:
    """A content in parts that overlap, and where in each a trace has around it what
    decides whether it counts: every trace does in one of them."""
    overlap = max(map(len, traces)) + 2 * _CONTEXT_BYTES
    part, begin = next(pieces, b""), 0
    for following in pieces:
        yield part, begin, len(part) - _CONTEXT_BYTES
        if len(part) > overlap:
            part, begin = part[-overlap:], _CONTEXT_BYTES
        part += following
    yield part, begin, len(part)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while content := file.read(_READ_BYTES):
            yield content


def _is_in_parquet(path: Path, traces: Sequence[bytes]) -> bool:
    numbers = [
        int(trace) for trace in traces if trace.isdigit() and len(trace) <= _DIGITS
    ]
    wanted = pa.array(numbers, pa.int64())
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for values in batch.columns:
                    if _is_among(values, wanted, traces):
                        return True
    except (pa.ArrowException, OSError, ValueError):
        # What is in it nobody can read.
        pass
    return False


def _is_among(values: pa.Array, wanted: pa.Array, traces: Sequence[bytes]) -> bool:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _is_among(values.dictionary, wanted, traces)
    if pa.types.is_integer(kind):
        return _is_any_of(values.cast(pa.int64(), safe=False), wanted)
    if pa.types.is_floating(kind):
        return _is_any_of(values.cast(pa.float64()), wanted.cast(pa.float64(), False))
    if pa.types.is_decimal(kind):
        return _is_among(values.cast(pa.string()), wanted, traces)
    if pa.types.is_struct(kind) or pa.types.is_map(kind):
        return any(_is_among(each, wanted, traces) for each in _inner(values))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _is_among(values.flatten(), wanted, traces)
    if kind in _TEXTS:
        texts = values.cast(pa.large_binary()).dictionary_encode().dictionary
        return any(
            _occurs(text, [trace])
            for trace in traces
            for text in texts.filter(pc.match_substring(texts, trace)).to_pylist()
        )
    return False


def _inner(values: pa.StructArray | pa.MapArray) -> list[pa.Array]:
    if pa.types.is_map(values.type):
        return [values.keys, values.items]
    return [*values.flatten()]


def _is_any_of(values: pa.Array, wanted: pa.Array) -> bool:
    return bool(pc.any(pc.is_in(values, value_set=wanted)).as_py())
