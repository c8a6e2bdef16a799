"""Blocks of whole lines, cut from a text delivery."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from music_warehouse.ingest.gate import TextStream
from music_warehouse.ingest.judge import MAX_LINE_BYTES


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines with their line ends; only a file's last line may lack one.

    `offset` is that of the first byte in the decompressed file, `first_line` the
    1-based number of the first line.
    """

    data: bytes
    offset: int
    first_line: int
    lines: int
    overlong_bytes: int | None = None
    """For a line too long to be held: its length without its line end; `data` is
    only its start."""

    def halves(self) -> tuple["Block", "Block"] | None:
        """Two blocks, cut at the line end nearest after the middle, else before
        it; None for a single line."""
        cut = self.data.find(b"\n", len(self.data) // 2) + 1
        if cut in (0, len(self.data)):
            cut = self.data.rfind(b"\n", 0, len(self.data) - 1) + 1
        if cut == 0:
            return None
        left, right = self.data[:cut], self.data[cut:]
        left_lines = left.count(b"\n")
        return (
            Block(left, self.offset, self.first_line, left_lines),
            Block(
                right,
                self.offset + cut,
                self.first_line + left_lines,
                self.lines - left_lines,
            ),
        )


def read_blocks(stream: TextStream) -> Iterator[Block]:
    """A file's lines in blocks of about the stream's reads.

    A line longer than the longest valid one is passed over without being held: it
    comes as a block of its own that keeps its start and its length.
    """
    offset, line = stream.offset, 1
    kept: list[bytes] = []
    kept_bytes = 0
    pushed_back = b""
    while chunk := pushed_back or stream.read():
        pushed_back = b""
        cut = chunk.rfind(b"\n") + 1
        if cut == 0:
            kept.append(chunk)
            kept_bytes += len(chunk)
            if kept_bytes > MAX_LINE_BYTES:
                passed = _pass_over(stream, b"".join(kept))
                yield Block(passed.start, offset, line, 1, passed.content_bytes)
                offset, line = offset + passed.all_bytes, line + 1
                kept, kept_bytes, pushed_back = [], 0, passed.beyond
            continue
        data = b"".join([*kept, memoryview(chunk)[:cut]])
        lines = data.count(b"\n")
        yield Block(data, offset, line, lines)
        offset, line = offset + len(data), line + lines
        kept = [chunk[cut:]] if cut < len(chunk) else []
        kept_bytes = len(chunk) - cut
    if kept:
        yield Block(b"".join(kept), offset, line, 1)


class _Passed(NamedTuple):
    start: bytes
    content_bytes: int
    all_bytes: int
    beyond: bytes


def _pass_over(stream: TextStream, begun: bytes) -> _Passed:
    """Read to the end of the line that begins so, keeping its start only."""
    length, ending = len(begun), begun[-2:]
    beyond = b""
    while chunk := stream.read():
        cut = chunk.find(b"\n") + 1
        beyond = chunk[cut:] if cut else b""
        part = chunk[:cut] if cut else chunk
        length += len(part)
        ending = (ending + part[-2:])[-2:]
        if cut:
            break
    line_end = 2 if ending == b"\r\n" else 1 if ending[-1:] in b"\r\n" else 0
    return _Passed(begun[:MAX_LINE_BYTES], length - line_end, length, beyond)
