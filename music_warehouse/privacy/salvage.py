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
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


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
    """What every gzip in a file holds, whatever stands between them."""
    engine, rest = None, b""
    for part in _parts(file):
        rest += part
        while rest:
            if engine is None:
                begin = rest.find(_GZIP_MAGIC)
                if begin < 0:
                    # The mark of the next may be cut in two.
                    rest = rest[-1:] if rest.endswith(_GZIP_MAGIC[:1]) else b""
                    break
                engine, rest = zlib.decompressobj(_GZIP_WINDOW), rest[begin:]
            before = engine.copy()
            try:
                yield engine.decompress(rest)
                rest, is_over = engine.unused_data, engine.eof
            except zlib.error:
                found, read = _up_to_the_damage(before, rest)
                yield found
                rest, is_over = rest[max(read, 1) :], True
            if is_over:
                engine = None


def _up_to_the_damage(engine: "zlib._Decompress", part: bytes) -> tuple[bytes, int]:
    """What comes out of a part in which something is wrong, and after how many bytes
    that stands: the engine gives nothing of what it reads together with it."""
    found: list[bytes] = []
    for place in range(len(part)):
        try:
            found.append(engine.decompress(part[place : place + 1]))
        except zlib.error:
            return b"".join(found), place
    return b"".join(found), len(part)
