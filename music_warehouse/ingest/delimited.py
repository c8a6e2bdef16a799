"""CSV and TSV deliveries as a source of rows: fast where it is safe, else judged
line by line, in the order of the lines and on two cores."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from music_warehouse.contracts import Contract
from music_warehouse.ingest.blocks import Block, read_blocks
from music_warehouse.ingest.fast import FastReader
from music_warehouse.ingest.gate import TextStream
from music_warehouse.ingest.header import Header, read_header
from music_warehouse.ingest.judge import MAX_LINE_BYTES, Judge
from music_warehouse.ingest.kept import RejectKeeper
from music_warehouse.ingest.rows import (
    FileRejected,
    Piece,
    RawRow,
    RejectedRow,
    Rejection,
)
from music_warehouse.ingest.schemas import coded, delivered_schema
from music_warehouse.ingest.values import Value

JUDGED_BYTES = 64 << 10
_PARSERS = 2
_BLOCKS_AHEAD = 4


class DelimitedFile:
    """One CSV or TSV file; opening it checks the header against the contract."""

    header_lines = 1

    def __init__(
        self,
        path: Path,
        contract: Contract,
        on_bytes: Callable[[int], None] = lambda _: None,
        judged_bytes: int = JUDGED_BYTES,
    ) -> None:
        self._path = path
        self._judged_bytes = judged_bytes
        self._contract = contract
        self._stream = TextStream(path, on_bytes)
        try:
            self._stream.open_text()
            self._blocks = read_blocks(self._stream)
            head = next(self._blocks)
            cut = (head.data.find(b"\n") + 1) or len(head.data)
            self._header = read_header(_without_line_end(head.data[:cut]), contract)
            rest = _after(head, cut)
            self._blocks = chain([rest], self._blocks) if rest else self._blocks
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._stream.__exit__()

    @property
    def drift_columns(self) -> tuple[str, ...]:
        return self._header.drift_columns

    def sha256(self) -> str:
        return self._stream.sha256()

    def pieces(self) -> Iterator[Piece]:
        reader = LineReader(self._contract, self._header, self._judged_bytes)
        with ThreadPoolExecutor(_PARSERS, "parse") as parsers:
            ahead: deque[Future[Piece]] = deque()
            for block in self._blocks:
                ahead.append(parsers.submit(reader.read, block))
                if len(ahead) > _BLOCKS_AHEAD:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def raw_rows(self, line_numbers: set[int]) -> Iterator[RawRow]:
        again = TextStream(self._path)
        keeper = RejectKeeper(self._contract)
        with again:
            again.open_text()
            for block in read_blocks(again):
                last_line = block.first_line + block.lines
                if not line_numbers.isdisjoint(range(block.first_line, last_line)):
                    for line in _lines(block):
                        if line.number in line_numbers:
                            yield line.kept(self._header, keeper)
            if again.sha256() != self.sha256():
                raise FileRejected(
                    "changed_while_read", "The file changed while it was read."
                )


class LineReader:
    """Reads blocks of lines: the fast way, or else in halves, or else, from
    `judged_bytes` down, by line."""

    def __init__(
        self, contract: Contract, header: Header, judged_bytes: int = JUDGED_BYTES
    ) -> None:
        self._judged_bytes = judged_bytes
        self._fast = FastReader(contract, header)
        self._judge = Judge(contract)
        self._keeper = RejectKeeper(contract)
        self._header = header
        self._schema = coded(delivered_schema(contract))

    def read(self, block: Block) -> Piece:
        """Every line of the block, accounted for."""
        table = self._fast.read(block)
        if table is not None:
            return Piece(lines=block.lines, tables=[table])
        halves = block.halves() if len(block.data) > self._judged_bytes else None
        if halves is None:
            return self.judge(block)
        piece = self.read(halves[0])
        piece.extend(self.read(halves[1]))
        return piece

    def judge(self, block: Block) -> Piece:
        """Every line of the block, one at a time."""
        piece = Piece(lines=block.lines)
        rows: list[tuple[Value, ...]] = []
        for line in _lines(block):
            judged = (
                self._judge.judge_line(line.start, self._header)
                if line.is_whole
                else Rejection(
                    "too_long_line",
                    f"The line has {line.content_bytes} bytes, more than "
                    f"{MAX_LINE_BYTES}.",
                )
            )
            if judged is None:
                piece.blank_lines += 1
            elif isinstance(judged, Rejection):
                kept = line.kept(self._header, self._keeper)
                piece.rejects.append(RejectedRow(kept, judged))
            else:
                rows.append((*judged, line.number))
        if rows:
            piece.tables.append(coded_table(rows, self._schema))
        return piece


def coded_table(rows: list[tuple[Value, ...]], schema: pa.Schema) -> pa.Table:
    """Rows of Python values as a table."""
    columns = zip(*rows, strict=True)
    arrays = [
        pa.array(values, field.type)
        for values, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


class _Line(NamedTuple):
    """A line without its line feed, at most the longest valid line's bytes of it;
    `content_bytes` is its whole length without the line end."""

    number: int
    offset: int
    start: bytes
    content_bytes: int

    @property
    def is_whole(self) -> bool:
        return self.content_bytes <= MAX_LINE_BYTES

    def kept(self, header: Header, keeper: RejectKeeper) -> RawRow:
        """The line as the lake may keep it."""
        raw = keeper.line(self.start, header, self.is_whole)
        return RawRow(self.number, self.offset, raw)


def _lines(block: Block) -> Iterator[_Line]:
    offset = block.offset
    lines = block.data.split(b"\n")
    if not lines[-1] and len(lines) > 1:
        lines.pop()
    for number, line in enumerate(lines, block.first_line):
        content = len(line) - line.endswith(b"\r")
        if block.overlong_bytes is not None:
            content = block.overlong_bytes
        start = line if content <= MAX_LINE_BYTES else line[:MAX_LINE_BYTES]
        yield _Line(number, offset, start, content)
        offset += len(line) + 1


def _without_line_end(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _after(block: Block, cut: int) -> Block | None:
    if cut == len(block.data) or block.overlong_bytes is not None:
        return None
    return Block(
        block.data[cut:], block.offset + cut, block.first_line + 1, block.lines - 1
    )


def count_lines(path: Path) -> tuple[int, int]:
    """Lines and blank lines among them, as far as the file can be read."""
    lines = blank_lines = 0
    try:
        with TextStream(path) as stream:
            stream.open_text()
            for block in read_blocks(stream):
                lines += block.lines
                blank_lines += sum(line.content_bytes == 0 for line in _lines(block))
    except FileRejected:
        pass
    return lines, blank_lines
