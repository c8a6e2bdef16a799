"""Looking through every file of the data folder for what must not be there."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_READ_BYTES = 4 << 20
_GZIP_MAGIC = b"\x1f\x8b"


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
    return any(trace in path.as_posix().encode() for trace in traces)


def _holds(path: Path, traces: Sequence[bytes]) -> bool:
    with path.open("rb") as file:
        is_gzip = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    if any(_occurs(part, traces) for part in _windows(path, traces, gzipped=False)):
        return True
    if is_gzip:
        parts = _windows(path, traces, gzipped=True)
        return any(_occurs(part, traces) for part in parts)
    return path.suffix == ".parquet" and _is_in_parquet(path, traces)


def _occurs(content: bytes, traces: Sequence[bytes]) -> bool:
    return any(trace in content for trace in traces)


def _windows(path: Path, traces: Sequence[bytes], gzipped: bool) -> Iterator[bytes]:
    """The content in parts that overlap by the longest trace."""
    overlap = max(map(len, traces)) - 1
    rest = b""
    with gzip.open(path, "rb") if gzipped else path.open("rb") as file:
        try:
            while part := file.read(_READ_BYTES):
                yield rest + part
                rest = part[-overlap:] if overlap else b""
        except (EOFError, OSError, zlib.error):
            # Beyond, nothing can be read by anybody.
            return


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
        return any(pc.any(pc.match_substring(texts, trace)).as_py() for trace in traces)
    return False
