"""Of every kind of column the fast path says what the judge says, for every line."""

import random
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from music_warehouse.contracts import Contract, load_contracts
from music_warehouse.ingest.blocks import Block, read_blocks
from music_warehouse.ingest.delimited import DelimitedFile, LineReader
from music_warehouse.ingest.fast import FastReader
from music_warehouse.ingest.gate import TextStream
from music_warehouse.ingest.header import read_header
from music_warehouse.ingest.rows import Piece

ARRIVAL = datetime(2026, 7, 1, 12)
CONTRACTS = {
    name: contract.arriving(ARRIVAL)
    for name, contract in load_contracts().items()
    if contract.source == "service" and contract.folder_column is None
}
TIMES = [
    "2026-01-31T23:59:59",
    "2026-01-31 23:59:59",
    "2026-01-31T23:59:59Z",
    "2026-01-31T23:59:59.5",
    "2026-01-31T23:59:59.123456Z",
    "2026-01-31T23:59:59.123456789",
    "2026-01-31T23:59",
    "2026-07-01T12:00:00",
    "2000-01-01 00:00:00",
]
ODD_TIMES = [
    "2026-07-01T12:00:01",
    "2026-07-01T12:00:00.000001Z",
    "1999-12-31T23:59:59",
    "1970-01-01T00:00:00Z",
    "2026-02-30T10:00:00",
    "2026-01-31",
    "2026-01-31T23",
    "2026-01-31T235959",
    "2026-01-31T23:59:60",
    "2026-01-31T24:00:00",
    "2026-01-31T23:59:59+01:00",
    "2026-01-31T23:59:59z",
    "20260131T235959",
    "+2026-01-31T23:59:59",
    " 2026-01-31T23:59:59",
    "1769903999",
    "9999-12-31T23:59:59",
    "0001-01-01T00:00:00",
]
ORDINARY = {
    "bigint": ["7", "0", "164000", "86400000"],
    "text": ["mobile", "t1", "Österreich", "t2", "0xAb"],
    "email": ["a@b", "zebedee.quux@canary.example", "", "ü@x.org"],
    "card_last_4": ["1234", "0000", ""],
    "label": ["bot_farm", "Honest", "LOCKSTEP_GROUP"],
    "subscription_type": ["free", "Premium", "STUDENT"],
    "payment_status": ["succeeded", "failed"],
    "currency": ["EUR", "usd", "KRW"],
    "date": ["2024-02-29", "2000-01-01", "2026-07-01"],
    "period": ["2026-01", "2026-12"],
    "boolean": ["true", "false", "True", "0", "1", "", "no"],
    "age": ["34", "22.0", "", "-1337", "121", "abc", "120", "0"],
    "amount": ["9.99", "0", "0.5", "10", "9.990", "9999999999.99"],
}
ODD = {
    "bigint": ["", "-1", "4.7", "86400001", "1e3", "x", "0x10", "99999999999999999999"],
    "text": ["", " ", "x" * 3000, "a\tb", " t1", "t1 \t"],
    "email": ["anna", "@", "a@", "a b@c", "a@b@c", " a@b "],
    "card_last_4": ["123", "12345", "12a4", " 1234", "١٢٣٤"],
    "label": ["robot", "", " honest"],
    "subscription_type": ["gold", "", " free", "frée"],
    "payment_status": ["lost", ""],
    "currency": ["XXX", "EURO", "", "€"],
    "date": ["2023-02-29", "2026-07-02", "1999-12-31", "", "2026-1-1", "20260101"],
    "period": ["2026-13", "2026-00", "2026-01-01", "0000-01", ""],
    "boolean": ["maybe", "2", "truee", "null"],
    "age": ["x" * 20, "1e1", "+5"],
    "amount": [
        "-0.01",
        "-1",
        "9.999",
        "1e2",
        "10000000000",
        "",
        "1,5",
        ".5",
        "5.",
        "-0",
    ],
}


def samples(column, odd: bool) -> list[str]:
    if column.type == "timestamp":
        return ODD_TIMES if odd else TIMES
    table = ODD if odd else ORDINARY
    return table.get(column.name) or table[column.type]


def a_line(chance: random.Random, contract: Contract, odd: float) -> bytes:
    time = chance.choice(TIMES)
    fields = []
    for column in contract.columns:
        field = chance.choice(samples(column, chance.random() < odd))
        if column.type == "timestamp" and chance.random() < 0.9:
            field = time
        if chance.random() < 0.05 or "," in field:
            field = f'"{field}"'
        fields.append(field)
    return ",".join(fields).encode()


def header_of(contract: Contract) -> bytes:
    return ",".join(column.name for column in contract.columns).encode()


def rows_of(piece: Piece) -> list[dict[str, object]]:
    return pa.concat_tables(piece.tables).to_pylist() if piece.tables else []


def judged_by_line(path: Path, contract: Contract) -> Piece:
    """The whole file by the judge alone, without any block ever taken at once."""
    piece = Piece()
    with TextStream(path) as stream:
        stream.open_text()
        for block in read_blocks(stream):
            reader = LineReader(contract, read_header(header_of(contract), contract))
            piece.extend(reader.judge(block))
    piece.rejects = [r for r in piece.rejects if r.row.line_number > 1]
    return piece


def assert_agree(name: str, seed: int, folder: Path, judged_bytes: int) -> None:
    chance, contract = random.Random(seed), CONTRACTS[name]
    odd = chance.choice([0.0, 0.001, 0.02])
    lines = [a_line(chance, contract, odd) for _ in range(300)]
    path = folder / "a.csv"
    path.write_bytes(b"\n".join([header_of(contract), *lines]))
    expected, read = judged_by_line(path, contract), Piece()
    delivery = DelimitedFile(path, contract, judged_bytes=judged_bytes)
    try:
        for piece in delivery.pieces():
            read.extend(piece)
    finally:
        delivery.close()
    assert rows_of(read) == rows_of(expected), f"seed {seed}"
    assert read.rejects == expected.rejects, f"seed {seed}"


@pytest.mark.parametrize("name", CONTRACTS)
@pytest.mark.parametrize("seed", range(10))
def test_files_give_the_same_rows_and_rejects(name: str, seed: int, tmp_path) -> None:
    assert_agree(name, seed, tmp_path, judged_bytes=200)


@pytest.mark.sweep
@pytest.mark.parametrize("name", CONTRACTS)
def test_many_more_files_give_the_same_rows_and_rejects(name: str, tmp_path) -> None:
    for seed in range(1_000, 2_500):
        assert_agree(name, seed, tmp_path, judged_bytes=200 if seed % 2 else 64 << 10)


@pytest.mark.parametrize("name", CONTRACTS)
@pytest.mark.parametrize("odd", [False, True])
def test_each_value_alone_is_read_as_the_judge_reads_it(name: str, odd: bool) -> None:
    contract = CONTRACTS[name]
    header = read_header(header_of(contract), contract)
    reader, fast = LineReader(contract, header), FastReader(contract, header)
    usual = [samples(column, odd=False)[0] for column in contract.columns]
    taken = 0
    for place, column in enumerate(contract.columns):
        for value in samples(column, odd):
            if "," in value:
                continue
            fields = [*usual[:place], value, *usual[place + 1 :]]
            block = Block(",".join(fields).encode(), 0, 2, 1)
            judged, read = reader.judge(block), fast.read(block)
            if read is not None:
                taken += 1
                found = (read.to_pylist(), judged.rejects)
                assert found == (rows_of(judged), []), value
    assert odd or taken > len(contract.columns)
