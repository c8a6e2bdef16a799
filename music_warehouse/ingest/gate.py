"""The file gate: a delivery's bytes, decompressed to the end and hashed on the way."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from music_warehouse.ingest.rows import FileRejected

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

READ_BYTES = 4 << 20

_GZIP_MAGIC = b"\x1f\x8b"
_PARQUET_MAGIC = b"PAR1"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its name or by its first bytes."""
    if path.name.lower().endswith(".parquet"):
        return True
    with path.open("rb") as file:
        return file.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC


class _HashingFile(io.RawIOBase):
    """A file whose bytes are hashed as they are read, start to end."""

    def __init__(self, path: Path, on_bytes: Callable[[int], None]) -> None:
        self._file = path.open("rb", buffering=0)
        self._sha256 = hashlib.sha256()
        self._on_bytes = on_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        count = self._file.readinto(view)
        self._sha256.update(view[:count])
        self._on_bytes(count)
        return count

    def close(self) -> None:
        self._file.close()
        super().close()

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()


class TextStream:
    """The decompressed bytes of a text delivery, without a byte order mark.

    Gzip is told by its first bytes; a name that ends in .gz promises it. `offset`
    of the first byte handed out is 3 after a byte order mark, else 0. Raises
    FileRejected where the bytes cannot be trusted: an empty file, UTF-16, a torn or
    altered gzip. That may be at any read, the CRC being at the end.
    """

    def __init__(
        self, path: Path, on_bytes: Callable[[int], None] = lambda _: None
    ) -> None:
        self._raw = _HashingFile(path, on_bytes)
        self._head = b""
        self.offset = 0
        with path.open("rb") as file:
            magic = file.read(len(_GZIP_MAGIC))
        self._stream: io.RawIOBase | gzip.GzipFile = self._raw
        if magic == _GZIP_MAGIC:
            buffered = io.BufferedReader(self._raw, buffer_size=1 << 20)
            self._stream = gzip.GzipFile(fileobj=buffered)
        elif magic and path.name.lower().endswith(".gz"):
            raise FileRejected("not_gzip", "The name says gzip, the bytes do not.")

    def __enter__(self) -> "TextStream":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._raw.close()

    def open_text(self) -> None:
        """Look at the first bytes: refuse an empty file and UTF-16, step over a
        byte order mark."""
        head = self._read()
        if not head:
            raise FileRejected("empty_file", "The file is empty.")
        if head.startswith(_UTF16_MARKS):
            raise FileRejected("utf16", "The file is UTF-16; UTF-8 is needed.")
        if head.startswith(_UTF8_MARK):
            self.offset = len(_UTF8_MARK)
        self._head = head[self.offset :] or self._read()
        if not self._head:
            raise FileRejected(
                "empty_file", "The file is empty but for its byte order mark."
            )

    def read(self) -> bytes:
        """The next bytes, about `READ_BYTES`; none at the end of the file."""
        head, self._head = self._head, b""
        return head or self._read()

    def sha256(self) -> str:
        """Of the file as delivered, once all of it has been read."""
        return self._raw.hexdigest()

    def _read(self) -> bytes:
        try:
            return self._stream.read(READ_BYTES) or b""
        except EOFError as error:
            raise FileRejected(
                "truncated_gzip", "The gzip ends before its end mark."
            ) from error
        except gzip.BadGzipFile as error:
            if "CRC" in str(error) or "length" in str(error):
                raise FileRejected(
                    "gzip_bad_crc", "The gzip's check sum does not fit its content."
                ) from error
            raise FileRejected(
                "gzip_trailing_garbage", "Bytes that are no gzip follow the gzip."
            ) from error
        except zlib.error as error:
            raise FileRejected(
                "gzip_corrupt", "The gzip's content cannot be decompressed."
            ) from error
