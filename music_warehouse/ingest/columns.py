"""Which source table a file's own columns tell of."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from music_warehouse.contracts import Contract
from music_warehouse.ingest.gate import TextStream, is_parquet
from music_warehouse.ingest.header import column_names
from music_warehouse.ingest.rows import FileRejected


def best_fit(path: Path, contracts: Sequence[Contract]) -> Contract | None:
    """The contract that a file has the largest share of the columns of; None where
    two are alike, or it has none of any."""
    try:
        names = set(_names(path))
    except (FileRejected, pa.ArrowException, OSError):
        return None
    shares = [_share(names, contract) for contract in contracts]
    best = max(shares)
    if best == 0 or shares.count(best) > 1:
        return None
    return contracts[shares.index(best)]


def _share(names: set[str], contract: Contract) -> float:
    found = sum(
        not names.isdisjoint((column.name, *column.aliases))
        for column in contract.columns
    )
    return found / len(contract.columns)


def _names(path: Path) -> list[str]:
    if is_parquet(path):
        return [name.strip().casefold() for name in pq.read_schema(path).names]
    with TextStream(path) as stream:
        stream.open_text()
        line, _, _ = stream.read().partition(b"\n")
    return column_names(line.removesuffix(b"\r"))[1]
