"""Looking through every file of the data folder for what must not be there.

A name may be a part of another's: `lea_3` is nobody's in `lea_318`. So in texts a trace
counts where it stands for itself; a database lays its texts end to end, and there it
counts wherever it occurs.
"""

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_READ_BYTES = 4 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_DATABASES = (".duckdb", ".wal", ".sqlite", ".tmp")
# Letters beyond ASCII are bytes from 0x80 on.
_WORD = rb"[0-9A-Za-z_\x80-\xff]"
_JOINT = rb"[.@+-]"
# What decides whether a trace stands for itself.
_CONTEXT_BYTES = 2


def standing_alone(trace: bytes) -> bytes:
    """A pattern for a trace that is no part of a longer name, address or number."""
    before, after = rb"(?<!" + _WORD + rb")", rb"(?!" + _WORD + rb")"
    if not trace.isdigit():
        before += rb"(?<!" + _WORD + _JOINT + rb")"
        after += rb"(?!" + _JOINT + _WORD + rb")"
    return before + re.escape(trace) + after


def files_with(root: Path, traces: Sequence[bytes]) -> list[Path]:
    """The files below `root` that hold any of the traces: in their bytes, in what
    gzip compresses, or in a text or a whole number of a Parquet file. Names of files
    and folders are looked at too."""
    return [
        path
        for path in sorted(root.rglob("*"))
        if _is_named_so(path.relative_to(root), traces)
        or (path.is_file() and not path.is_symlink() and _holds(path, traces))
    ]


def _is_named_so(path: Path, traces: Sequence[bytes]) -> bool:
    return _occurs(path.as_posix().encode(), traces)


def _holds(path: Path, traces: Sequence[bytes]) -> bool:
    with path.open("rb") as file:
        is_gzip = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    parts = _parts(path, traces, gzipped=False)
    if path.suffix in _DATABASES:
        return any(trace in part for part, *_ in parts for trace in traces)
    if any(_occurs(part, traces, *inner) for part, *inner in parts):
        return True
    if is_gzip:
        parts = _parts(path, traces, gzipped=True)
        return any(_occurs(part, traces, *inner) for part, *inner in parts)
    return path.suffix == ".parquet" and _is_in_parquet(path, traces)


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
    path: Path, traces: Sequence[bytes], gzipped: bool
) -> Iterator[tuple[bytes, int, int]]:
    """The content in parts that overlap, and where in each a trace has around it what
    decides whether it counts: every trace does in one of them."""
    overlap = max(map(len, traces)) + 2 * _CONTEXT_BYTES
    with gzip.open(path, "rb") if gzipped else path.open("rb") as file:
        part, begin = _read(file), 0
        while following := _read(file):
            yield part, begin, len(part) - _CONTEXT_BYTES
            part, begin = part[-overlap:] + following, _CONTEXT_BYTES
        yield part, begin, len(part)


def _read(file: BinaryIO | gzip.GzipFile) -> bytes:
    try:
        return file.read(_READ_BYTES)
    except (EOFError, OSError, zlib.error):
        # Beyond, nothing can be read by anybody.
        return b""


def _is_in_parquet(path: Path, traces: Sequence[bytes]) -> bool:
    numbers = [int(trace) for trace in traces if trace.isdigit()]
    wanted = pa.array([n for n in numbers if n < 2**63], pa.int64())
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for values in batch.columns:
                    if _is_among(values, wanted, traces):
                        return True
    except pa.ArrowException:
        pass
    return False


def _is_among(values: pa.Array, wanted: pa.Array, traces: Sequence[bytes]) -> bool:
    if pa.types.is_int64(values.type):
        return bool(pc.any(pc.is_in(values, value_set=wanted)).as_py())
    if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
        texts = values.cast(pa.binary()).dictionary_encode().dictionary
        return any(
            _occurs(text, [trace])
            for trace in traces
            for text in texts.filter(pc.match_substring(texts, trace)).to_pylist()
        )
    return False
