"""The fast path may only ever say what the judge says, for every line."""

import random
from pathlib import Path

import pyarrow as pa
import pytest

from music_warehouse.contracts import load_contracts
from music_warehouse.ingest.blocks import Block, read_blocks
from music_warehouse.ingest.delimited import DelimitedFile, LineReader
from music_warehouse.ingest.fast import FastReader
from music_warehouse.ingest.gate import TextStream
from music_warehouse.ingest.header import read_header
from music_warehouse.ingest.rows import Piece

CONTRACT = load_contracts()["listening.user_top_artists"]
NAMES = [
    "ABBA",
    "Blur",
    "AC/DC, live",
    'Guns "N" Roses',
    "Björk",
    "椎名林檎",
    "Sigur Rós",
    'The "5,6,7,8"s',
    "0x10",
    "10x10",
    " leading",
    "\u3000",
    "Die drei ???",
]
MBIDS = ["", "-1", "d87e52c5-bb8d-4da8-b941-9f4928627dc8"]
HEADER = "user_id,rank,artist_name,playcount,mbid"


def broken_file(chance: random.Random, rows: int) -> bytes:
    """A CSV or TSV file of top artists with a few broken lines."""
    delimiter = chance.choice(",,\t")
    line_end = chance.choice([b"\n", b"\n", b"\r\n"])
    lines = [_line(chance, number, delimiter) for number in range(rows)]
    for _ in range(chance.randint(0, 12)):
        place = chance.randrange(len(lines))
        lines[place] = _broken(chance, lines[place])
    header = HEADER.replace(",", delimiter).encode()
    end = chance.choice([line_end, line_end, b""])
    return line_end.join([header, *lines]) + end


def _line(chance: random.Random, number: int, delimiter: str) -> bytes:
    fields = [
        str(number // 50),
        str(number % 50 + 1),
        chance.choice(NAMES),
        str(chance.randint(0, 9999)),
        chance.choice(MBIDS),
    ]
    always = chance.random() < 0.05
    return delimiter.join(_quoted(f, delimiter, always) for f in fields).encode()


def _quoted(field: str, delimiter: str, always: bool) -> str:
    if always or delimiter in field or '"' in field:
        return '"' + field.replace('"', '""') + '"'
    return field


def _broken(chance: random.Random, line: bytes) -> bytes:
    place = chance.randrange(len(line) + 1)
    head, tail = line[:place], line[place:]
    if line and chance.random() < 0.3:
        start = chance.randrange(len(line))
        flipped = bytes([line[start] ^ (1 << chance.randrange(8))])
        return line[:start] + flipped + line[start + 1 :]
    inserts = [b'"', b'""', b",", b"\t", b"\x00", b"\r", b"\n", b"\r\n", b"\\", b" "]
    inserts += [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"0x", b"-", b"+"]
    inserts += [b".5", b"e3", b"9" * 20, b"0" * 30, b"\xc2\xa0", b"\x1c", b"x" * 5000]
    insert = chance.choice(inserts)
    return chance.choice(
        [head, tail, b"", head + insert + tail, head + insert, insert + line]
    )


def judged_by_line(path: Path) -> Piece:
    """The whole file by the judge alone, without any block ever taken at once."""
    with TextStream(path) as stream:
        stream.open_text()
        blocks = list(read_blocks(stream))
    head, _, _ = blocks[0].data.partition(b"\n")
    header = read_header(head.removesuffix(b"\r"), CONTRACT)
    piece = Piece()
    for block in blocks:
        piece.extend(LineReader(CONTRACT, header).judge(block))
    piece.rejects = [r for r in piece.rejects if r.row.line_number > 1]
    return piece


def rows_of(piece: Piece) -> list[dict[str, object]]:
    return pa.concat_tables(piece.tables).to_pylist() if piece.tables else []


def assert_agree(seed: int, folder: Path, judged_bytes: int) -> None:
    content = broken_file(random.Random(seed), rows=400)
    path = folder / "a.csv"
    path.write_bytes(content)
    expected = judged_by_line(path)
    read = Piece()
    delivery = DelimitedFile(path, CONTRACT, judged_bytes=judged_bytes)
    try:
        for piece in delivery.pieces():
            read.extend(piece)
    finally:
        delivery.close()
    assert rows_of(read) == rows_of(expected), f"seed {seed}"
    assert read.rejects == expected.rejects, f"seed {seed}"
    assert read.blank_lines == expected.blank_lines, f"seed {seed}"
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    rows = sum(table.num_rows for table in read.tables)
    assert 1 + read.blank_lines + rows + len(read.rejects) == lines, f"seed {seed}"


@pytest.mark.parametrize(
    "line",
    [
        b'9,3,"Two\nlines",4,',
        b'9,3,"Two\r\nlines",4,',
        b"9,3,Nu\x00l,4,",
        b'9,3,"Nu\x00l",4,',
        b"\xef\xbb\xbf9,3,ABBA,4,",
        b"9,3,ABBA,4,\r",
        b"9,3,ABBA,4,\r\r\n8,3,ABBA,4,",
        b"9,3,ABBA,4,\r8,3,ABBA,4,",
        b'9,3,"Bad"quote,4,',
        b'9,3,"Bad""quote,4,',
        b'9,3,12" mix,4,',
        b'9,3,12"" mix,4,',
        b'9,3,""ABBA"",4,',
        b'9,3,"""ABBA""",4,',
        b'9,3,"ABBA,4,\n8,3,"ABBA",4,',
        b'"9,3,ABBA,4,\n8",3,ABBA,4,',
        b"9,3,ABBA,0x1F,",
        b"9,3,ABBA, 0x1F,",
        b'9,3,ABBA,"0x1F",',
        b"0x9,3,ABBA,4,",
        b"9,3,0x1F,0x1F,",
        b'9,3,"a, b",0x1F,',
        b'9,3,"0x1F",4,',
        b"9,3,ABBA,4,-1",
        b"9,3,ABBA,-1,-1",
        b"9,3, ,4,",
        b"9,3,\xe3\x80\x80,4,",
        b"9,3,\xe3\x81\x82,4,",
        b"9,51,ABBA,4,",
        b"",
        b"\r",
        b",,,,",
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_block_with_an_odd_line_is_read_as_the_judge_reads_it(
    line: bytes, place: int
) -> None:
    lines = [b"1,1,ABBA,5,", b'1,2,"AC/DC, live",4,']
    lines.insert(place, line)
    data = b"\n".join(lines)
    block = Block(data, 0, 2, data.count(b"\n") + (not data.endswith(b"\n")))
    reader = LineReader(CONTRACT, read_header(HEADER.encode(), CONTRACT))
    judged = reader.judge(block)
    read = FastReader(CONTRACT, read_header(HEADER.encode(), CONTRACT)).read(block)
    if read is not None:
        assert (read.to_pylist(), judged.rejects) == (rows_of(judged), [])


@pytest.mark.parametrize(
    "data",
    [
        b"1,1,ABBA,5,\n1,2,Blur,4,",
        b"1,1,ABBA,5,-1\r\n1,2,Blur,4,\r\n",
        b'"1","1","Guns ""N"" Roses","5",""\n1,2,"a, b",4,"-1"\n',
        b'1,1,"""x""",5,\n1,2,10x10,4,\n',
        b"1,1,0x1F,5,\n1,2,0Xylo,4,\n",
        "1,1,椎名林檎,5,\n1,2, Blur,4,\n".encode(),
    ],
)
def test_ordinary_lines_are_read_the_fast_way(data: bytes) -> None:
    block = Block(data, 0, 2, 2)
    read = FastReader(CONTRACT, read_header(HEADER.encode(), CONTRACT)).read(block)
    assert read is not None
    assert read["line_number"].to_pylist() == [2, 3]


@pytest.mark.parametrize("seed", range(100))
def test_broken_files_give_the_same_rows_and_rejects(seed: int, tmp_path: Path) -> None:
    assert_agree(seed, tmp_path, judged_bytes=200)


@pytest.mark.sweep
def test_many_more_broken_files_give_the_same_rows_and_rejects(tmp_path: Path) -> None:
    for seed in range(1_000, 6_000):
        assert_agree(seed, tmp_path, judged_bytes=200 if seed % 2 else 64 << 10)
