"""Taking a person's lines out of a delivered CSV or TSV file."""

import gzip
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO

from music_warehouse.contracts import Column, Contract, Treatment
from music_warehouse.ingest.gate import TextStream
from music_warehouse.ingest.header import (
    Header,
    column_names,
    read_header,
    split_fields,
)
from music_warehouse.ingest.judge import Judge
from music_warehouse.ingest.rows import FileRejected, Rejection
from music_warehouse.privacy.person import Person
from music_warehouse.privacy.pseudonyms import canonical
from music_warehouse.privacy.salvage import readable
from music_warehouse.privacy.traces import standing_alone

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_GZIP_MAGIC = b"\x1f\x8b"
_BUFFER_BYTES = 1 << 20
_QUOTE = b'"'
_SEPARATORS = re.compile(rb"[,;|\t\r\n]")


@dataclass
class LinesFound:
    """A person's lines in one file, and the names that they give the person."""

    lines: int = 0
    names: set[str] = field(default_factory=set)


def find_lines(path: Path, contract: Contract, person: Person) -> LinesFound:
    """Look for a person's lines, in a damaged file too."""
    found = LinesFound()
    finder, lines = _open(path, contract, person)
    for line, is_persons in finder.told_apart(lines):
        if is_persons:
            found.lines += 1
            found.names |= finder.names(line)
    return found


def names_of_others(path: Path, contract: Contract, person: Person) -> set[str]:
    """Those of a person's names that a valid line of somebody else gives too."""
    finder, lines = _open(path, contract, person)
    found: set[str] = set()
    return found.union(*map(finder.names_of_others, lines))


def write_without(path: Path, contract: Contract, person: Person, beside: Path) -> None:
    """Write the file again, byte for byte but for the person's lines.

    Raises FileRejected for one that cannot be read to its end.
    """
    with path.open("rb") as file:
        is_gzip = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    with TextStream(path) as stream, beside.open("wb") as raw:
        stream.open_text()
        lines = _lines(iter(stream.read, b""))
        first = next(lines)
        if _has_other_line_ends(first):
            raise FileRejected("cr_line_ends", "Lines end in a carriage return only.")
        finder = _Finder(first, contract, person)
        told = lines if finder.has_header else chain([first], lines)
        kept = (line for line, is_persons in finder.told_apart(told) if not is_persons)
        begin = _BYTE_ORDER_MARK if stream.offset else b""
        if finder.has_header:
            begin += first
        if is_gzip:
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as sink:
                _write(sink, begin, kept)
        else:
            _write(raw, begin, kept)


def _write(
    sink: IO[bytes] | gzip.GzipFile, begin: bytes, lines: Iterable[bytes]
) -> None:
    waiting, size = [begin], 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= _BUFFER_BYTES:
            sink.write(b"".join(waiting))
            waiting, size = [], 0
    sink.write(b"".join(waiting))


def _open(
    path: Path, contract: Contract, person: Person
) -> tuple["_Finder", Iterator[bytes]]:
    """Who tells the lines of a file apart, and those that may be somebody's."""
    lines = _lines(readable(path))
    first = next(lines, b"")
    finder = _Finder(first, contract, person)
    return finder, lines if finder.has_header else chain([first], lines)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines with their line ends."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest


class _Finder:
    """Tells a person's lines from others.

    A line is whose id stands in its column. Where that cannot be told (no such column,
    fields that have slipped, a line torn), it is taken for the person's if the id is
    one of its fields, or a name of the person stands in it.
    """

    def __init__(self, first_line: bytes, contract: Contract, person: Person) -> None:
        self._header: Header | None = None
        self._delimiter, self._width, self._place = b",", 0, None
        with suppress(FileRejected):
            self._delimiter, names = column_names(_content(first_line))
            self._width, self._place = len(names), place_of_person(names, contract)
            # Of a file refused as a whole nobody can say which lines are valid.
            self._header = read_header(_content(first_line), contract)
        # A short id, or one that is a word, may occur in the names of columns.
        known = {column.name.encode() for column in contract.columns}
        self.has_header = not _has_other_line_ends(first_line) and not known.isdisjoint(
            field.strip(b' "').lower() for field in _SEPARATORS.split(first_line)
        )
        self._person = person
        self._judge = Judge(contract)
        self._columns = contract.columns
        self._needles = [
            text.encode() for text in (person.user_id, *sorted(person.names))
        ]
        user_id, *texts = self._needles
        number, alone = b"0*" + re.escape(user_id), [*map(standing_alone, texts)]
        anywhere = rb"(?<![0-9A-Za-z])" + number + rb"(?![0-9A-Za-z])"
        as_field = rb'(?:^|(?<=[,;|\t\r"])) *' + number + rb' *(?=[,;|\t\r\n"]|$)'
        self._hints = re.compile(b"|".join([anywhere, *alone]))
        self._traces = re.compile(b"|".join([as_field, *alone]))

    def told_apart(self, lines: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
        """Each line, and whether it is the person's. A quotation that a line of the
        person's leaves open goes on in the next, up to its end or a line that tells
        whose it is."""
        is_open = False
        for line in lines:
            is_persons = self._is_persons(line)
            if is_open and self._owner(line) is None:
                is_persons, is_open = True, not _has_half_a_quotation(line)
            else:
                # Without a column that tells it, all the rest would be the person's.
                is_known = self._place is not None
                is_open = is_known and is_persons and _has_half_a_quotation(line)
            yield line, is_persons

    def _is_persons(self, line: bytes) -> bool:
        # Hardly any line goes on from here, and `in` is ten times as fast.
        if not any(needle in line for needle in self._needles):
            return False
        if not self._hints.search(line):
            return False
        owner = self._owner(line)
        if owner is not None:
            return owner == self._person.user_id
        return bool(self._traces.search(line))

    def _owner(self, line: bytes) -> str | None:
        """Whose line it is, by its id, where that can be told."""
        fields = split_fields(_content(line), self._delimiter)
        if fields is None or self._place is None or len(fields) != self._width:
            return None
        user_id = fields[self._place].decode("utf-8", "replace")
        if not user_id.strip().lstrip("-").isdecimal():
            return None
        if canonical(user_id) != self._person.user_id and self._has_slipped(fields):
            return None
        return canonical(user_id)

    def _has_slipped(self, fields: list[bytes]) -> bool:
        if self._header is None:
            return False
        in_order = [fields[position] for position in self._header.positions]
        return len(self._judge.invalid_columns(in_order)) > 1

    def names_of_others(self, line: bytes) -> set[str]:
        """Those of the person's names that a valid line of somebody else gives."""
        if not any(needle in line for needle in self._needles[1:]):
            return set()
        fields = self._fields(line)
        if fields is None or not self._is_valid(line):
            return set()
        if self._owner(line) == self._person.user_id:
            return set()
        return self._names_in(fields) & self._person.names

    def names(self, line: bytes) -> set[str]:
        """The names that a person's line gives."""
        fields = self._fields(line)
        if fields is None or len(self._judge.invalid_columns(fields)) > 1:
            # Slipped by a column, its names are none.
            return set()
        if self._owner(line) != self._person.user_id:
            return set()
        return self._names_in(fields)

    def _names_in(self, fields: list[bytes]) -> set[str]:
        return {
            text
            for column, field in zip(self._columns, fields, strict=True)
            if is_name(column) and (text := field.decode("utf-8", "ignore").strip())
        }

    def _is_valid(self, line: bytes) -> bool:
        fields = self._fields(line)
        return fields is not None and not isinstance(
            self._judge.judge_fields(fields), Rejection
        )

    def _fields(self, line: bytes) -> list[bytes] | None:
        if self._header is None:
            return None
        fields = split_fields(_content(line), self._header.delimiter)
        if fields is None or len(fields) != self._header.width:
            return None
        return [fields[position] for position in self._header.positions]


def _has_other_line_ends(line: bytes) -> bool:
    """Whether what was taken for one line is many, that end in carriage returns."""
    return b"\r" in _content(line)


def _has_half_a_quotation(line: bytes) -> bool:
    return line.count(_QUOTE) % 2 == 1


def place_of_person(names: Sequence[str], contract: Contract) -> int | None:
    """The place, among the names of a file's columns, of the one that says whose a line
    is: also where other columns are missing or not as they should be."""
    if contract.person is None:
        return None
    known = {contract.person.name, *contract.person.aliases}
    places = [place for place, name in enumerate(names) if name in known]
    return places[0] if len(places) == 1 else None


def is_name(column: Column) -> bool:
    """Whether the values of a column name one person each."""
    return column.identifies or column.personal is Treatment.MASKED_EMAIL


def _content(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")
