"""All that can be read of a file, however damaged it is: what ingestion refuses, an
erasure must still see."""

import codecs
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_GZIP_MAGIC = b"\x1f\x8b"
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_UTF8_MARK = codecs.BOM_UTF8
_READ_BYTES = 256 << 10
_EITHER_HEADER = 32 + zlib.MAX_WBITS


def is_encoded(path: Path) -> bool:
    """Whether a file says something else than its bytes do, being gzip or UTF-16."""
    with path.open("rb") as file:
        head = file.read(len(_GZIP_MAGIC))
    return head == _GZIP_MAGIC or head in _UTF16


def readable(path: Path) -> Iterator[bytes]:
    """The text of a file in UTF-8, without a byte order mark: of a gzip what any
    program can get out of it, though its end is missing or its check sum is wrong."""
    with path.open("rb") as file:
        head = file.read(len(_GZIP_MAGIC))
        file.seek(0)
        parts = _decompressed(file) if head == _GZIP_MAGIC else _parts(file)
        first = next(parts, b"")
        while len(first) < len(_UTF8_MARK) and (more := next(parts, b"")):
            first += more
        encoding = _UTF16.get(first[:2])
        if encoding is None:
            yield first.removeprefix(_UTF8_MARK)
            yield from parts
            return
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        yield decoder.decode(first[2:]).encode()
        for part in parts:
            yield decoder.decode(part).encode()


def _parts(file: BinaryIO) -> Iterator[bytes]:
    while part := file.read(_READ_BYTES):
        yield part


def _decompressed(file: BinaryIO) -> Iterator[bytes]:
    engine = zlib.decompressobj(_EITHER_HEADER)
    for part in _parts(file):
        rest = part
        while rest:
            if engine.eof:
                # Another gzip follows, or what is none.
                engine = zlib.decompressobj(_EITHER_HEADER)
            before = engine.copy()
            try:
                yield engine.decompress(rest)
            except zlib.error:
                yield _up_to_the_damage(before, rest)
                return
            rest = engine.unused_data


def _up_to_the_damage(engine: "zlib._Decompress", part: bytes) -> bytes:
    """What comes out of a part in which something is wrong: the engine gives nothing of
    what it reads together with that."""
    found = []
    try:
        for place in range(len(part)):
            found.append(engine.decompress(part[place : place + 1]))
    except zlib.error:
        pass
    return b"".join(found)
